"""The site's store of answers: one folder per learner and edition, the authority on what was answered when.

An edit names the revision that it saw. Where two devices differ the newer edit wins, the other is kept in
``history.jsonl``, and the caller is told which was kept. A full disk changes nothing: what was there stays.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from hocvuso.durable import replace_file
from hocvuso.errors import AnswerError, ConflictError, StorageError
from hocvuso.language import N_, nfc
from hocvuso.lessons.editions import lesson_of
from hocvuso.places import folder_of
from hocvuso.questions.answers import AnswerBook, AnswerRecord, locked
from hocvuso.questions.registry import check_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

Conflict: TypeAlias = Literal["kept-yours", "kept-other"]

MAX_HISTORY = 1024 * 1024
_LONGEST_LINE = 64 * 1024  # an answer has at most 20 kB
_EDITION = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_NOT_SAVED = N_(
    "Chưa lưu được câu trả lời vì máy chủ không ghi được ({why}). Câu trả lời trước vẫn còn; hãy thử lại sau ít phút."
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What the store holds after an edit: the revision, whose edit was kept if two differed, the answer."""

    revision: int
    conflict: Conflict | None
    current: Any  # JSON in the shape that the question asks for


def check_edition(edition: str) -> str:
    """``edition`` when it can be the name of one; AnswerError otherwise."""
    if not _EDITION.fullmatch(edition):
        raise AnswerError(N_("Không có bài nào mang mã này: hãy trở về trang học."))
    return edition


class AnswerStore:
    """Answers below ``folder``; ``clock`` gives the server's time, always aware."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock

    def begun(self, learner: str, edition: str) -> bool:
        """Whether there is a book of this learner's for this edition."""
        return self._book(learner, edition).exists()

    def read(self, learner: str, edition: str) -> AnswerBook:
        """All answers of one learner to one edition; an empty book when there are none."""
        path = self._book(learner, edition)
        if not path.exists():
            return AnswerBook(lesson=lesson_of(edition), edition=edition)
        return AnswerBook.read(path)

    def save(  # noqa: PLR0913  (one edit; everything after the answer is named)
        self,
        learner: str,
        edition: str,
        asked: Mapping[str, Any],
        answer: object,
        *,
        seen: int,
        edited: datetime,
    ) -> Saved:
        """Save an edit that was made while revision ``seen`` was on the screen.

        Raises AnswerError (no such question, wrong shape), ConflictError (a revision that never was) or
        StorageError; then nothing has changed.
        """
        name = asked.get("id")
        if not isinstance(name, str):
            raise AnswerError(N_("Bài này không có câu hỏi đó: hãy tải lại trang."))
        value = check_answer(asked, answer)
        now = self._clock()
        edited = _milliseconds(min(edited, now))
        folder = self._place(learner, edition)
        with _held(folder):
            book = self.read(learner, edition)
            _settle(folder, book)
            before = book.answers.get(name)
            revision = before.revision if before else 0
            if seen > revision or seen < 0:
                raise ConflictError(N_("Trang này đã cũ: hãy tải lại trang rồi trả lời lại."))
            if before is None:
                return _store(folder, book, name, value, edited, None)
            late = seen < revision
            if late and value == before.answer:
                return Saved(revision, None, value)
            if late and edited <= before.edited:
                _keep(folder, name, AnswerRecord(answer=value, revision=seen + 1, edited=edited), now)
                return Saved(revision, "kept-other", before.answer)
            with _kept(folder, name, before, now):
                return _store(folder, book, name, value, edited, "kept-yours" if late else None)

    def editions_begun(self, learner: str) -> set[str]:
        """The editions to which this learner has saved an answer."""
        return {path.parent.name for path in self._of(learner).glob("*/answers.json")}

    def _of(self, learner: str) -> Path:
        name = nfc(learner)
        if not name.strip():
            raise AnswerError(N_("Thiếu tên người học: hãy đăng nhập lại."))
        return self._folder / folder_of(name)

    def _place(self, learner: str, edition: str) -> Path:
        return self._of(learner) / check_edition(edition)

    def _book(self, learner: str, edition: str) -> Path:
        return self._place(learner, edition) / "answers.json"


def merge(site: AnswerBook, other: AnswerBook, now: datetime) -> AnswerBook:
    """Both books as one: per question the newer edit; the site's where they are the same age.

    A time later than ``now`` counts as ``now``, and so does not outlive a later edit on the site.
    """
    answers = dict(site.answers)
    for name, record in other.answers.items():
        edited = min(record.edited, now)
        if name not in answers or edited > answers[name].edited:
            answers[name] = record.model_copy(update={"edited": edited})
    return site.model_copy(update={"answers": answers})


def _store(  # noqa: PLR0913, PLR0917
    folder: Path, book: AnswerBook, name: str, value: object, edited: datetime, conflict: Conflict | None
) -> Saved:
    book = book.with_answer(name, value, edited=edited)
    book.write(folder / "answers.json")
    return Saved(book.answers[name].revision, conflict, value)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder, made if need be, locked against every other process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(_NOT_SAVED, why=error.strerror) from error
    with locked(folder):
        yield


@contextmanager
def _kept(folder: Path, name: str, record: AnswerRecord, now: datetime) -> Iterator[None]:
    """Put ``record`` into the history; take it out again when what follows fails."""
    size = _keep(folder, name, record, now)
    try:
        yield
    except BaseException:
        os.truncate(folder / "history.jsonl", size)
        raise


def _keep(folder: Path, name: str, record: AnswerRecord, now: datetime) -> int:
    """Append ``record`` to the history, whole or not at all; the size of the history before."""
    path = folder / "history.jsonl"
    entry = {"question": name, **record.model_dump(mode="json"), "superseded": _iso(now)}
    line = (json.dumps(entry, ensure_ascii=False) + "\n").encode("utf-8")
    try:
        _make_room(path)
        with path.open("ab") as file:
            size = file.tell()
            try:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                os.truncate(path, size)
                raise
    except OSError as error:
        raise StorageError(_NOT_SAVED, why=error.strerror) from error
    return size


def _settle(folder: Path, book: AnswerBook) -> None:
    """Take out of the history what a killed process put there too early.

    Half a line, or an answer that still stands because the edit that was to replace it was not stored.
    """
    path = folder / "history.jsonl"
    try:
        with path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - _LONGEST_LINE))
            *_, last = (b"", *file.read().splitlines(keepends=True))
            if last and (not last.endswith(b"\n") or _still_stands(last, book)):
                file.truncate(end - len(last))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(_NOT_SAVED, why=error.strerror) from error


def _still_stands(line: bytes, book: AnswerBook) -> bool:
    try:
        entry = json.loads(line)
        current = book.answers.get(entry.pop("question"))
        entry.pop("superseded")
    except (ValueError, KeyError, AttributeError, TypeError):  # damaged otherwise: it hinders nobody
        return False
    return current is not None and entry == current.model_dump(mode="json")


def _make_room(path: Path) -> None:
    """Drop the older half of a history that has grown past its bound."""
    if not path.exists() or path.stat().st_size < MAX_HISTORY:
        return
    lines = path.read_bytes().splitlines(keepends=True)
    replace_file(path, b"".join(lines[len(lines) // 2 :]))


def _milliseconds(time: datetime) -> datetime:
    """``time`` in UTC as precise as it is stored, so that a stored time equals the one that came."""
    time = time.astimezone(UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
