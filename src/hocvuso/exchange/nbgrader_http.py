"""nbgrader's exchange as classes of ours that ask the site: no folder is shared, nothing here is believed there.

They stand behind nbgrader's ``ExchangeFactory`` in a learner's JupyterLab. Time, identity and receipt are the site's.
A lesson's folder in the home is the learner's: fetching adds what is missing and never writes over a file, except that
answers are brought together with the site's (`hocvuso.exchange.working_copy`). Errors are nbgrader's ``ExchangeError``
with a sentence for the learner.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NoReturn

from nbgrader.exchange import ExchangeError, abc

from hocvuso.durable import replace_file
from hocvuso.errors import HocVuSoError, SiteError, StorageError, SubmissionError
from hocvuso.exchange.answers import check_edition
from hocvuso.exchange.code_answers import MAX_NOTEBOOK
from hocvuso.exchange.folders import read_file
from hocvuso.exchange.receipts import Receipt
from hocvuso.exchange.site_lessons import ELSEWHERE, Copy, Handed, Lists, site
from hocvuso.exchange.submit import TIMESTAMP
from hocvuso.exchange.working_copy import ANSWERS, SEEN, WorkingCopy
from hocvuso.language import N_
from hocvuso.places import COURSE

RECEIPTS = "bien-nhan"
_FEEDBACK = "feedback"


class _AtSite:
    """What our classes have in common, beside nbgrader's own base class."""

    assignment_dir: str
    log: logging.Logger
    coursedir: Any  # nbgrader's CourseDirectory, which has no types

    @contextmanager
    def told(self) -> Iterator[None]:
        """Errors of ours as nbgrader's."""
        try:
            yield
        except HocVuSoError as error:
            self.fail(error.tell())
        except OSError as error:
            self.fail(StorageError(N_("Không đọc hoặc ghi được tệp: {why}."), why=error.strerror).tell())

    def fail(self, sentence: str) -> NoReturn:
        """Say it where nbgrader's commands would, and raise nbgrader's error."""
        self.log.error(sentence)
        raise ExchangeError(sentence)

    def init_src(self) -> None:
        """Nothing: the site has it."""

    def init_dest(self) -> None:
        """Nothing."""

    @property
    def home(self) -> Path:
        """The folder in which the lessons lie."""
        return Path(self.assignment_dir)

    @property
    def edition(self) -> str:
        """The edition that was asked for; AnswerError for what can be the name of none."""
        return check_edition(self.coursedir.assignment_id)


class SiteList(_AtSite, abc.ExchangeList):  # type: ignore[misc]  # nbgrader is untyped for us
    """What is released to the learner and what they have handed in, wherever they did."""

    def copy_files(self) -> None:
        """Nothing."""

    def list_files(self) -> list[dict[str, Any]]:
        """As nbgrader's own class: released and fetched lessons, or with ``cached`` submissions by lesson."""
        with self.told():
            lists = site.lists()
            return self._handed_in(lists) if self.cached else self._released(lists)

    def remove_files(self) -> list[dict[str, Any]]:
        """Nothing is removed from here."""
        self.fail(SiteError(ELSEWHERE).tell())

    def _released(self, lists: Lists) -> list[dict[str, Any]]:
        return [
            _entry(self.home, one.edition)
            for one in lists.editions
            if one.offered or is_fetched(self.home, one.edition)
        ]

    def _handed_in(self, lists: Lists) -> list[dict[str, Any]]:
        by_edition: dict[str, list[dict[str, Any]]] = {}
        for one in lists.handed_in:
            by_edition.setdefault(one.edition, []).append(_submission(self.home, one))
        return [
            {
                "course_id": COURSE,
                "assignment_id": edition,
                "student_id": self.coursedir.student_id,
                "status": "submitted",
                "submissions": submissions,
            }
            for edition, submissions in sorted(by_edition.items())
        ]


class SiteFetch(_AtSite, abc.ExchangeFetchAssignment):  # type: ignore[misc]
    """A lesson's files, and the answers that the learner gave elsewhere."""

    def copy_files(self) -> None:
        """Put the lesson into the home; into a folder that is there already only what it lacks."""
        with self.told():
            edition = self.edition
            _place(self.home / edition, site.files(edition))
            bring_together(self.home, edition)


class SiteSubmit(_AtSite, abc.ExchangeSubmit):  # type: ignore[misc]
    """Hands in the notebook and the answers; the receipt is the site's, with a copy beside the lesson."""

    def copy_files(self) -> None:
        """Hand in what lies in the lesson's folder, as it was saved last."""
        with self.told():
            edition = self.edition
            copy = WorkingCopy(self.home / edition)
            if not (self.home / edition).is_dir():
                raise SubmissionError(
                    N_("Chưa có bài {edition} trong JupyterLab này: hãy tải bài (Fetch) trước."),
                    edition=edition,
                )
            book = copy.read()
            sent = Copy(answers=book.answers, seen=copy.seen(), code=copy.typed())
            taken = site.hand_in(edition, sent, _notebook(self.home, edition))
            # it is handed in, whatever hinders what is kept here
            with suppress(HocVuSoError, OSError):
                copy.settle(book, taken.merged, sent.code)
                _keep_receipt(self.home / edition, taken.receipt)


class SiteFeedback(_AtSite, abc.ExchangeFetchFeedback):  # type: ignore[misc]
    """The learner's results of a lesson, as pages beside it."""

    def copy_files(self) -> None:
        """Fetch the result of each submission that has one, newer or not than what was fetched before."""
        with self.told():
            edition = self.edition
            for one in site.lists().handed_in:
                if one.edition == edition and one.graded is not None:
                    page = site.feedback(one.receipt)
                    path = _feedback(self.home, one)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    replace_file(path, page)


def is_fetched(home: Path, edition: str) -> bool:
    """Whether the lesson's notebook lies in the home; without it, it can be fetched again."""
    return (home / edition / f"{edition}.ipynb").exists()


def bring_together(home: Path, edition: str) -> None:
    """Make the answers of a fetched lesson and those of the site one; SiteError, AnswerError, StorageError."""
    copy = WorkingCopy(home / edition)
    book = copy.read()
    sent = Copy(answers=book.answers, seen=copy.seen(), code=copy.typed())
    copy.settle(book, site.bring_together(edition, sent), sent.code)


def bring_news(home: Path) -> None:
    """Bring together the answers of every fetched lesson in which something is new, on either side."""
    for one in site.lists().editions:
        copy = WorkingCopy(home / one.edition)
        if is_fetched(home, one.edition) and (copy.has_edits() or copy.seen() != one.revisions):
            bring_together(home, one.edition)


def send_edits(home: Path, before: Mapping[str, int]) -> dict[str, int]:
    """Bring together the lessons whose answers were changed here; asks nothing of the site where none were.

    Both mappings: of each lesson the last changes of its files that were looked at, as one number.
    """
    looked_at = {}
    for path in home.glob(f"*/{SEEN}"):
        folder = path.parent
        changed = _times_of(folder)
        if changed != before.get(folder.name) and WorkingCopy(folder).has_edits():
            bring_together(home, check_edition(folder.name))
            changed = _times_of(folder)
        looked_at[folder.name] = changed
    return looked_at


def _times_of(folder: Path) -> int:
    return hash((_time_of(folder / ANSWERS), _time_of(WorkingCopy(folder).notebook)))


def _time_of(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _keep_receipt(folder: Path, receipt: Receipt) -> None:
    name = receipt.handed_in.astimezone(UTC).strftime(TIMESTAMP)
    (folder / RECEIPTS).mkdir(exist_ok=True)
    text = json.dumps(receipt.record(), ensure_ascii=False, indent=1)
    replace_file(folder / RECEIPTS / f"{name}.json", text.encode("utf-8"))


def _notebook(home: Path, edition: str) -> str | None:
    name = f"{edition}.ipynb"
    try:
        return read_file(home, edition, name, most=MAX_NOTEBOOK).decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise SubmissionError(
            N_("Sổ tay {name} bị hỏng nên chưa nộp được: hãy mở lại trong JupyterLab, lưu rồi nộp lại."),
            name=name,
        ) from error


def _place(folder: Path, files: dict[str, bytes]) -> None:
    """Put into ``folder`` what it lacks; a folder that was not there is whole or not there afterwards."""
    if folder.is_dir():
        for name, content in files.items():
            if not (folder / name).exists():
                replace_file(folder / name, content)
        return
    with tempfile.TemporaryDirectory(prefix=".hocvuso-", dir=folder.parent) as scratch:
        part = Path(scratch) / "part"
        part.mkdir()
        for name, content in files.items():
            replace_file(part / name, content)
        shutil.move(part, folder)


def _entry(home: Path, edition: str) -> dict[str, Any]:
    """A released lesson in nbgrader's form."""
    status: Literal["fetched", "released"] = "fetched" if is_fetched(home, edition) else "released"
    folder = home / edition
    found = sorted(folder.glob("*.ipynb")) if status == "fetched" else []
    return {
        "course_id": COURSE,
        "assignment_id": edition,
        "status": status,
        "path": str(folder),
        "notebooks": [{"notebook_id": path.stem, "path": str(path)} for path in found],
    }


def _submission(home: Path, one: Handed) -> dict[str, Any]:
    """A submission in nbgrader's form."""
    page = _feedback(home, one)
    here = page.is_file()
    newer = here and one.graded is not None and one.graded > datetime.fromtimestamp(page.stat().st_mtime, UTC)
    known = {
        "has_local_feedback": here,
        "has_exchange_feedback": one.graded is not None,
        "feedback_updated": newer,
    }
    return {
        "course_id": COURSE,
        "assignment_id": one.edition,
        "timestamp": one.timestamp,
        "status": "submitted",
        "path": "",
        "local_feedback_path": str(page.parent) if here else None,
        "notebooks": [
            {"notebook_id": one.edition, "local_feedback_path": str(page) if here else None, **known}
        ],
        **known,
    }


def _feedback(home: Path, one: Handed) -> Path:
    return home / one.edition / _FEEDBACK / one.timestamp / f"{one.edition}.html"
