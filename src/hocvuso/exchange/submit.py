"""Handing in to the site: answers, notebook, receipt; in the inbound exchange by one rename."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hocvuso.errors import StorageError, SubmissionError
from hocvuso.exchange.answers import check_edition
from hocvuso.exchange.code_answers import with_code
from hocvuso.exchange.folders import write_folder
from hocvuso.exchange.receipts import RECEIPT, Receipt, SiteKey, hash_files
from hocvuso.language import N_, nfc
from hocvuso.lessons.editions import lesson_of
from hocvuso.places import folder_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hocvuso.exchange.answers import AnswerStore
    from hocvuso.exchange.receipts import Via
    from hocvuso.places import Places
    from hocvuso.questions import AnswerBook

TIMESTAMP = "%Y-%m-%d %H:%M:%S.%f %Z"  # nbgrader's own format (Exchange.timestamp_format)


def submit(  # noqa: PLR0913, PLR0917  (the contract's order)
    places: Places,
    store: AnswerStore,
    key: SiteKey,
    learner: str,
    edition: str,
    now: datetime,
    new_id: Callable[[], str],
    *,
    via: Via = "page",
    notebook: bytes | None = None,
) -> Receipt:
    """Hand in what ``learner`` has answered to ``edition``, as it is now; the learner keeps the receipt.

    ``learner`` comes from the hub, never from the request's text. ``notebook`` is the one that they worked in;
    without it the released one is handed in, with the code that was written on the site.
    Two calls at once make two whole submissions. StorageError and
    SubmissionError leave nothing behind.
    """
    learner, edition = nfc(learner), check_edition(edition)
    book = store.read(learner, edition)
    receipt_id = new_id()
    at = now.astimezone(UTC)
    name = submission_name(learner, edition, at, receipt_id)
    files = {
        f"{edition}.ipynb": _answered_notebook(places, edition, book) if notebook is None else notebook,
        "answers.json": (book.model_dump_json(indent=1) + "\n").encode("utf-8"),
        "timestamp.txt": at.strftime(TIMESTAMP).encode("ascii"),
    }
    receipt = key.sign(
        Receipt(
            id=receipt_id,
            learner=learner,
            lesson=lesson_of(edition),
            edition=edition,
            submission=name,
            handed_in=at,
            via=via,
            files=hash_files(files),
        )
    )
    files[RECEIPT] = json.dumps(receipt.record(), ensure_ascii=False, indent=1).encode("utf-8")
    try:
        # the grader, which may be another system user, takes it away once it is graded
        write_folder(places.inbound / name, files, places.staging / receipt_id, group_may_remove=True)
    except OSError as error:
        raise StorageError(
            N_(
                "Chưa nộp được bài vì máy chủ không ghi được ({why}). Câu trả lời vẫn còn; hãy nộp lại sau ít phút."
            ),
            why=error.strerror,
        ) from error
    return receipt


def submission_name(learner: str, edition: str, at: datetime, unique: str) -> str:
    """The folder's name as nbgrader gives it: learner, edition, time and something unique."""
    return "+".join([folder_of(learner), edition, at.strftime(TIMESTAMP), unique.replace("+", "-")])


def _answered_notebook(places: Places, edition: str, book: AnswerBook) -> bytes:
    texts = {name: record.answer for name, record in book.answers.items() if isinstance(record.answer, str)}
    return with_code(_released_notebook(places, edition), texts)


def _released_notebook(places: Places, edition: str) -> bytes:
    try:
        return (places.release / edition / f"{edition}.ipynb").read_bytes()
    except OSError as error:
        raise SubmissionError(
            N_("Bài {edition} chưa được phát hành nên chưa nộp được: hãy chọn bài khác."), edition=edition
        ) from error
