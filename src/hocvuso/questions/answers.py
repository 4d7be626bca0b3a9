"""``answers.json``: a learner's answers beside a notebook, one record per question id.

Whoever writes it may be anyone, so reading checks everything: a plain file (no link, no pipe), at most
256 kB, JSON, the right types, each answer small and shallow. Writing is atomic: the old file or the new
one, never a part.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import stat
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_serializer,
)

from hocvuso.durable import replace_file
from hocvuso.errors import AnswerError, StorageError
from hocvuso.language import N_, nfc
from hocvuso.questions.mistakes import SLUG, Slug, is_printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BOOK = 256 * 1024
MAX_ANSWER = 20 * 1024
MAX_DEPTH = 8

_PART = re.compile(r"\..+\.json\.[0-9]+-[0-9]+")
_LATER_EDITION = re.compile(r"-e[1-9][0-9]*$")

_TOO_LARGE = N_("Tệp câu trả lời {name} lớn hơn 256 kB, là mức lớn nhất được nhận.")
_DAMAGED = N_("Tệp câu trả lời {name} bị hỏng hoặc bị cắt cụt nên không đọc được.")
_NO_BOOK = N_("Tệp {name} không có dạng của một tệp câu trả lời.")


def _bounded(value: Any) -> Any:
    """``value`` when it is JSON of a bounded size and depth; a ``ValueError`` otherwise."""
    level = [value]
    for _ in range(MAX_DEPTH):
        if not all(map(_is_sound, level)):
            raise ValueError("not JSON, or text that can't be stored")
        lists = [item for part in level if isinstance(part, list) for item in part]
        level = lists + [item for part in level if isinstance(part, dict) for item in part.values()]
        if not level:
            break
    else:
        raise ValueError("nested too deeply")
    if len(_dump(value)) > MAX_ANSWER:
        raise ValueError("too large")
    return value


def _is_sound(part: object) -> bool:
    if isinstance(part, str):
        return is_printable(part)
    if isinstance(part, dict):
        return all(isinstance(key, str) and is_printable(key) for key in part)
    if isinstance(part, float):
        return isfinite(part)
    return part is None or isinstance(part, bool | list) or (type(part) is int and abs(part) < 10**30)


def _is_name(text: object) -> bool:
    return isinstance(text, str) and len(text) <= 64 and is_printable(text)  # noqa: PLR2004


class AnswerRecord(BaseModel):
    """One answer: its value, how often it was changed, and when last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: Annotated[Any, AfterValidator(_bounded)]
    revision: Annotated[int, Field(strict=True, ge=1, le=10**9)]
    edited: AwareDatetime

    @field_serializer("edited")
    def _as_utc(self, edited: datetime) -> str:
        return edited.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class AnswerBook(BaseModel):
    """All answers of one learner to one edition. Frozen: ``with_answer`` gives a new book."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    lesson: Annotated[str, Field(max_length=64)] = ""
    edition: Annotated[str, Field(max_length=64)] = ""
    answers: dict[Slug, AnswerRecord] = Field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> AnswerBook:
        """The book at ``path``; raises ``AnswerError`` unless all of it is well-formed."""
        data = _load(path)
        if not isinstance(data, dict) or not {"format", "answers"} <= set(data):
            raise AnswerError(_NO_BOOK, name=path.name)
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise AnswerError(_NO_BOOK, name=path.name) from error

    @classmethod
    def salvage(cls, path: Path) -> tuple[AnswerBook, tuple[str, ...]]:
        """What is well-formed in the file at ``path``, and the ids of the entries that are not.

        One bad entry does not spoil the others. Raises ``AnswerError`` when there is nothing to save: no
        file, not JSON, too large, no table of answers.
        """
        return cls._sound_in(_load(path), path.name)

    @classmethod
    def salvage_from(cls, content: bytes, name: str) -> tuple[AnswerBook, tuple[str, ...]]:
        """As `salvage`, of the content of a file called ``name``."""
        if len(content) > MAX_BOOK:
            raise AnswerError(_TOO_LARGE, name=name)
        try:
            data = json.loads(content.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise AnswerError(_DAMAGED, name=name) from error
        return cls._sound_in(data, name)

    @classmethod
    def _sound_in(cls, data: Any, name: str) -> tuple[AnswerBook, tuple[str, ...]]:
        entries = data.get("answers") if isinstance(data, dict) else None
        if not isinstance(data, dict) or data.get("format") != 1 or not isinstance(entries, dict):
            raise AnswerError(_NO_BOOK, name=name)
        head = {key: data.get(key) for key in ("lesson", "edition")}
        names = {key: text for key, text in head.items() if _is_name(text)}
        with suppress(
            ValidationError
        ):  # nearly always all are sound, and one check is cheaper than one for each
            return cls.model_validate({"answers": entries, **names}), ()
        sound: dict[str, Any] = {}
        damaged = []
        for key, entry in entries.items():
            try:
                sound.update(cls.model_validate({"answers": {key: entry}}).answers)
            except ValidationError:
                damaged.append(nfc(key[:64]).encode("utf-8", "replace").decode("utf-8"))
        return cls(answers=sound, **names), tuple(damaged)

    def value(self, question: str) -> Any:
        """The answer to the question with this id; ``None`` when there is none."""
        record = self.answers.get(question)
        return None if record is None else record.answer

    def with_answer(self, question: str, answer: object, *, edited: datetime) -> AnswerBook:
        """The book with this answer and the question's revision one higher; raises ``AnswerError``."""
        before = self.answers.get(question)
        revision = 1 if before is None else before.revision + 1
        try:
            record = AnswerRecord(answer=answer, revision=revision, edited=edited)
            return AnswerBook.model_validate({**dict(self), "answers": {**self.answers, question: record}})
        except ValidationError as error:
            raise AnswerError(
                N_("Câu trả lời chưa được lưu vì quá dài hoặc chưa đúng dạng: hãy sửa lại.")
            ) from error

    def write(self, path: Path) -> None:
        """Put the book at ``path``, whole or not at all.

        Raises ``StorageError`` (and leaves what was there) or ``AnswerError`` when it is too large.
        """
        text = _dump(self.model_dump(mode="json"), indent=1)
        if len(text) > MAX_BOOK:
            raise AnswerError(_TOO_LARGE, name=path.name)
        try:
            replace_file(path, text)
        except OSError as error:
            raise _unwritten(error, path.name) from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold ``folder`` against other processes that change answers in it."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _unwritten(error, folder.name) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for name in os.listdir(handle):  # noqa: PTH208  (a handle)
            if _PART.fullmatch(name):  # of a writer that was killed: the living one is us
                os.unlink(name, dir_fd=handle)
        yield
    finally:
        os.close(handle)


def save_answer(path: Path, question: str, answer: object, *, edited: datetime) -> Path | None:
    """Put one answer into the file at ``path``, made when there is none; the other answers stay.

    A file that can't be read is kept under another name, which is returned. Raises ``StorageError`` or
    ``AnswerError``; then nothing has changed.
    """
    with locked(path.parent):
        book, aside = _book_for_change(path)
        book = book.with_answer(question, answer, edited=edited)
        try:
            if aside:
                path.replace(aside)
            book.write(path)
        except OSError as error:
            raise _unwritten(error, path.name) from error
    return aside


def _book_for_change(path: Path) -> tuple[AnswerBook, Path | None]:
    """The book to put an answer into, and where a damaged file at ``path`` has to go before."""
    edition = path.parent.resolve().name
    if not SLUG.fullmatch(edition):
        edition = ""
    new = AnswerBook(edition=edition, lesson=_LATER_EDITION.sub("", edition))
    if not os.path.lexists(path):
        return new, None
    aside = path.with_name(f"{path.stem}.hong{path.suffix}")
    try:
        book, damaged = AnswerBook.salvage(path)
    except AnswerError:
        return new, aside
    return book, aside if damaged else None


def _load(path: Path) -> Any:
    try:
        return json.loads(_read_bounded(path).decode("utf-8"))
    except FileNotFoundError as error:
        raise AnswerError(N_("Không có tệp câu trả lời {name}."), name=path.name) from error
    except (OSError, ValueError, RecursionError) as error:
        raise AnswerError(_DAMAGED, name=path.name) from error


def _read_bounded(path: Path) -> bytes:
    # Without O_NONBLOCK a pipe in a submission would hold the grader for ever.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise AnswerError(_NO_BOOK, name=path.name)
        data = file.read(MAX_BOOK + 1)
    if len(data) > MAX_BOOK:
        raise AnswerError(_TOO_LARGE, name=path.name)
    return data


def _unwritten(error: OSError, name: str) -> StorageError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageError(N_("Ổ đĩa đã đầy nên không ghi được tệp {name}: hãy xóa bớt tệp."), name=name)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StorageError(N_("Không có quyền ghi tệp {name}: hãy báo người vận hành."), name=name)
    return StorageError(N_("Không ghi được tệp {name}: hãy thử lại sau ít phút."), name=name)


def _dump(value: object, indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent).encode("utf-8")
