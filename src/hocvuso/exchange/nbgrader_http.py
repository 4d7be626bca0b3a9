"""nbgrader's exchange as classes of ours that ask the site: no folder is shared, nothing here is believed there.

They stand behind nbgrader's ``ExchangeFactory`` in a learner's JupyterLab. Time, identity and receipt are the site's.
A lesson's folder in the home is the learner's: fetching adds what is missing and never writes over a file, except that
answers are brought together with the site's (`hocvuso.exchange.working_copy`). Errors are nbgrader's ``ExchangeError``
with a sentence for the learner.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar

from nbgrader.exchange import ExchangeError, abc
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from hocvuso.durable import replace_file
from hocvuso.errors import HocVuSoError, SiteError, StorageError, SubmissionError
from hocvuso.exchange.answers import check_edition
from hocvuso.exchange.folders import read_file
from hocvuso.exchange.receipts import Receipt
from hocvuso.exchange.site_door import NONSENSE, SiteDoor
from hocvuso.exchange.submit import TIMESTAMP
from hocvuso.exchange.working_copy import ANSWERS, SEEN, Merged, WorkingCopy
from hocvuso.language import N_
from hocvuso.places import COURSE
from hocvuso.questions.mistakes import Slug

MAX_NOTEBOOK = 4 * 1024 * 1024
RECEIPTS = "bien-nhan"
_FEEDBACK = "feedback"
_ELSEWHERE = N_(
    "Danh sách bài chỉ mở được trong JupyterLab của học viên: chọn Nbgrader, rồi Assignment List."
)


_Model = TypeVar("_Model", bound=BaseModel)


class Listed(BaseModel):
    """A released edition; ``offered``: the one of its lesson that this learner is to work on."""

    model_config = ConfigDict(frozen=True)

    edition: Slug
    offered: bool
    revisions: dict[str, int]
    """Of each answer that the site has, how often it was changed."""


class Handed(BaseModel):
    """A submission of the learner's; ``graded`` once there is a result of it."""

    model_config = ConfigDict(frozen=True)

    receipt: str = Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")
    edition: Slug
    handed_in: AwareDatetime
    graded: AwareDatetime | None = None

    @property
    def timestamp(self) -> str:
        """The time as nbgrader writes it, and names folders by."""
        return self.handed_in.astimezone(UTC).strftime(TIMESTAMP)


class Shelf(BaseModel):
    """All that the site tells one learner about their lessons."""

    model_config = ConfigDict(frozen=True)

    editions: tuple[Listed, ...]
    handed_in: tuple[Handed, ...]


class Connection:
    """The site as this process reaches it; `use` says how. One for the process: nbgrader makes its classes itself."""

    def __init__(self) -> None:
        self._door: SiteDoor | None = None
        self._unanswered: dict[str, bytes] = {}

    def use(self, door: SiteDoor | None) -> None:
        """Ask the site through ``door`` from now on."""
        self._door = door
        self._unanswered.clear()

    @property
    def door(self) -> SiteDoor:
        """The way to the site; SiteError where there is none, as in a learner's own kernel."""
        if self._door is None:
            raise SiteError(_ELSEWHERE)
        return self._door

    def hand_in(self, edition: str, content: dict[str, Any]) -> Any:
        """Hand in; what nobody answered is sent again under the same key, so that it is handed in once."""
        body = self._unanswered.get(edition)
        if body is None or {**json.loads(body), "key": ""} != {**content, "key": ""}:
            body = json.dumps({**content, "key": uuid.uuid4().hex}, ensure_ascii=False).encode("utf-8")
        self._unanswered[edition] = body
        answer = self.door.post(f"api/lab/assignments/{edition}/submit", body)
        del self._unanswered[edition]
        return answer


connection = Connection()


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
            shelf = _parsed(Shelf, connection.door.get("api/lab/assignments"))
            return self._handed_in(shelf) if self.cached else self._released(shelf)

    def remove_files(self) -> list[dict[str, Any]]:
        """Nothing is removed from here."""
        self.fail(SiteError(_ELSEWHERE).tell())

    def _released(self, shelf: Shelf) -> list[dict[str, Any]]:
        return [
            _entry(self.home, one.edition)
            for one in shelf.editions
            if one.offered or is_fetched(self.home, one.edition)
        ]

    def _handed_in(self, shelf: Shelf) -> list[dict[str, Any]]:
        by_edition: dict[str, list[dict[str, Any]]] = {}
        for one in shelf.handed_in:
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
            reply = connection.door.get(f"api/lab/assignments/{edition}")
            files = _decoded(reply.get("files") if isinstance(reply, dict) else None)
            _place(self.home / edition, files)
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
            content = {"notebook": _notebook(self.home, edition), **_sent(copy, book.answers)}
            reply = connection.hand_in(edition, content)
            # it is handed in, whatever hinders what is kept here
            with suppress(HocVuSoError, OSError):
                copy.settle(book, _merged(reply))
                _keep_receipt(self.home / edition, reply)


class SiteFeedback(_AtSite, abc.ExchangeFetchFeedback):  # type: ignore[misc]
    """The learner's results of a lesson, as pages beside it."""

    def copy_files(self) -> None:
        """Fetch the result of each submission that has one, newer or not than what was fetched before."""
        with self.told():
            edition = self.edition
            shelf = _parsed(Shelf, connection.door.get("api/lab/assignments"))
            for one in shelf.handed_in:
                if one.edition == edition and one.graded is not None:
                    page = connection.door.get_bytes(f"api/lab/feedback/{one.receipt}")
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
    body = json.dumps(_sent(copy, book.answers), ensure_ascii=False).encode("utf-8")
    copy.settle(book, _merged(connection.door.post(f"api/lab/assignments/{edition}/answers", body)))


def bring_news(home: Path) -> None:
    """Bring together the answers of every fetched lesson in which something is new, on either side."""
    shelf = _parsed(Shelf, connection.door.get("api/lab/assignments"))
    for one in shelf.editions:
        copy = WorkingCopy(home / one.edition)
        if is_fetched(home, one.edition) and (copy.has_edits() or copy.seen() != one.revisions):
            bring_together(home, one.edition)


def send_edits(home: Path, before: Mapping[str, int]) -> dict[str, int]:
    """Bring together the lessons whose answers were changed here; asks nothing of the site where none were.

    Both mappings: of each lesson's file the time of its last change that was looked at.
    """
    looked_at = {}
    for path in home.glob(f"*/{SEEN}"):
        folder = path.parent
        changed = _time_of(folder / ANSWERS)
        if changed != before.get(folder.name) and WorkingCopy(folder).has_edits():
            bring_together(home, check_edition(folder.name))
            changed = _time_of(folder / ANSWERS)
        looked_at[folder.name] = changed
    return looked_at


def _time_of(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _keep_receipt(folder: Path, reply: Any) -> None:
    receipt = _parsed(Receipt, reply.get("receipt"))
    name = receipt.handed_in.astimezone(UTC).strftime(TIMESTAMP)
    (folder / RECEIPTS).mkdir(exist_ok=True)
    text = json.dumps(receipt.record(), ensure_ascii=False, indent=1)
    replace_file(folder / RECEIPTS / f"{name}.json", text.encode("utf-8"))


def _sent(copy: WorkingCopy, answers: Any) -> dict[str, Any]:
    return {
        "answers": {name: record.model_dump(mode="json") for name, record in answers.items()},
        "seen": copy.seen(),
    }


def _merged(reply: Any) -> Merged:
    return _parsed(Merged, reply.get("merged") if isinstance(reply, dict) else None)


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


def _decoded(files: Any) -> dict[str, bytes]:
    if not isinstance(files, dict) or ANSWERS in files:
        raise SiteError(NONSENSE)
    if any("/" in name or name.startswith(".") for name in files):
        raise SiteError(NONSENSE)
    try:
        return {name: base64.b64decode(content, validate=True) for name, content in files.items()}
    except (binascii.Error, ValueError, TypeError) as error:
        raise SiteError(NONSENSE) from error


def _parsed(kind: type[_Model], value: Any) -> _Model:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise SiteError(NONSENSE) from error


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
