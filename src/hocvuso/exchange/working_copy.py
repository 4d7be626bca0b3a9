"""A learner's working copy of their answers: the file in their JupyterLab, and how it and the site's store become one.

Beside the file lies `SEEN`: of each answer the revision that the store had when both were last the same. An answer
with a higher revision was changed in the copy since; only that is an edit, and the store decides about it as about any
other device's: the newer stays, the older goes to the history. What the learner would not find any more where they left
it is told in `NOTE`, with the answer itself. Answers to questions on code stand in the notebook's solution cells.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hocvuso.durable import replace_file
from hocvuso.errors import AnswerError, StorageError, SubmissionError
from hocvuso.exchange.code_answers import (
    MAX_NOTEBOOK,
    Typed,
    edits,
    texts_of,
    typed_in,
    usable,
    with_code,
)
from hocvuso.exchange.folders import read_file
from hocvuso.language import N_, get_language
from hocvuso.questions.answers import AnswerBook, AnswerRecord, locked
from hocvuso.questions.code.model import STUB
from hocvuso.questions.mistakes import Slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hocvuso.exchange.answers import AnswerStore

ANSWERS = "answers.json"
SEEN = ".hocvuso-answers.json"
NOTE = "doi-chieu-cau-tra-loi.md"
_LONGEST_NOTE = 256 * 1024

Seen = dict[Slug, Annotated[int, Field(strict=True, ge=0, le=10**9)]]


class Difference(BaseModel):
    """A question that was answered differently in two places: which answer stayed, and the one that did not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    kept: Literal["copy", "site"]
    other: Any  # JSON in the shape that the question asks for


class Merged(BaseModel):
    """What the store holds after a working copy was taken in, and what the learner should be told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answers: dict[Slug, AnswerRecord]
    differences: tuple[Difference, ...] = ()
    code: dict[Slug, str] = {}
    """What belongs into the solution cells of the copy's notebook."""
    unusable: tuple[str, ...] = ()
    """The ids of answers in the copy that the edition does not ask for, or not in this shape."""


class _SeenFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    seen: Seen


def take_in_copy(  # noqa: PLR0913, PLR0917  (whose it is, what is asked, what came)
    store: AnswerStore,
    learner: str,
    edition: str,
    questions: Mapping[str, Mapping[str, Any]],
    copy: Mapping[str, AnswerRecord],
    seen: Mapping[str, int],
    typed: Mapping[str, Typed] | None = None,
) -> Merged:
    """Save the edits of a working copy in the site's store; ``questions`` are the edition's as asked, by id.

    ``typed``: what stands in the solution cells of its notebook.

    Raises StorageError; then the edits saved so far stand, and the same call finishes the rest.
    """
    cells = usable(typed or {}, questions.values())
    copy = {**copy, **edits(cells, questions.values(), copy, seen)}
    before = store.read(learner, edition).answers
    differences, unusable = [], []
    for name, record in copy.items():
        current = before.get(name)
        if current is not None and (record.revision <= seen.get(name, 0) or record.answer == current.answer):
            continue
        base = min(seen.get(name, 0), current.revision if current else 0)
        try:
            saved = store.save(
                learner, edition, questions[name], record.answer, seen=base, edited=record.edited
            )
        except (KeyError, AnswerError):
            unusable.append(name)
            continue
        if saved.conflict == "kept-yours" and current is not None:
            differences.append(Difference(question=name, kept="copy", other=current.answer))
        elif saved.conflict == "kept-other":
            differences.append(Difference(question=name, kept="site", other=record.answer))
    after = store.read(learner, edition).answers
    code = {name: text for name, text in texts_of(after, questions.values()).items() if name in cells}
    return Merged(answers=after, differences=tuple(differences), code=code, unusable=tuple(unusable))


class WorkingCopy:
    """The copy in ``folder``, a lesson's in a learner's home. The kernels beside it write to it at the same time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> AnswerBook:
        """The answers in the copy; AnswerError names what can't be read, and what to do."""
        path = self._folder / ANSWERS
        if not path.exists():
            return AnswerBook(edition=self._folder.name)
        try:
            book, damaged = AnswerBook.salvage(path)
        except AnswerError as error:
            raise AnswerError(
                N_("{why} Hãy đổi tên tệp đó rồi làm lại; câu trả lời đã lưu trên trang học vẫn còn."),
                why=error.tell(),
            ) from error
        if damaged:
            raise AnswerError(
                N_(
                    "Tệp {name} có câu trả lời không đọc được ({ids}): "
                    "hãy mở sổ tay, trả lời lại câu đó rồi làm lại."
                ),
                name=ANSWERS,
                ids=", ".join(damaged),
            )
        if book.edition not in {"", self._folder.name}:
            raise AnswerError(N_("Tệp câu trả lời trong bài nộp là của bài khác: hãy nộp đúng tệp."))
        return book

    def seen(self) -> Seen:
        """The revisions that the store had when both were last the same; none when that was lost."""
        try:
            return _SeenFile.model_validate_json((self._folder / SEEN).read_bytes()).seen
        except (OSError, ValidationError):
            return {}

    def has_edits(self) -> bool:
        """Whether an answer was changed here since both were the same. What can't be read is told elsewhere."""
        try:
            answers, seen = self.read().answers, self.seen()
        except AnswerError:
            return False
        return any(record.revision > seen.get(name, 0) for name, record in answers.items()) or any(
            self._may_be_edited(typed.text, answers.get(name)) for name, typed in self.typed().items()
        )

    def typed(self) -> dict[str, Typed]:
        """What stands in the notebook's solution cells, as it was saved last; nothing where it can't be read."""
        path = self.notebook
        try:
            saved = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
            return typed_in(self._read_notebook(), saved)
        except (OSError, SubmissionError):
            return {}

    @property
    def notebook(self) -> Path:
        """The lesson's notebook."""
        return self._folder / f"{self._folder.name}.ipynb"

    def settle(
        self, sent: AnswerBook, merged: Merged, typed: Mapping[str, Typed] | None = None, *, lang: str = "vi"
    ) -> None:
        """Make the copy what the store holds; what was changed here after it was read stays, as a new edit.

        ``sent`` and ``typed`` are what was read.
        """
        with locked(self._folder):
            here = self.read()
            answers = dict(here.answers)
            for name, record in merged.answers.items():
                local = here.answers.get(name)
                if local is None or local == sent.answers.get(name):
                    answers[name] = record
                elif local.revision <= record.revision:
                    answers[name] = local.model_copy(update={"revision": record.revision + 1})
            book = here.model_copy(update={"edition": self._folder.name, "answers": answers})
            if answers != here.answers:
                book.write(self._folder / ANSWERS)
            seen = {name: record.revision for name, record in merged.answers.items()}
            if seen != self.seen():
                self._write(SEEN, _SeenFile(seen=seen).model_dump_json().encode("ascii"))
            if merged.differences:
                self._tell(merged.differences, lang)
            self._place_code(merged.code, typed or {})

    def _place_code(self, texts: Mapping[str, str], typed: Mapping[str, Typed]) -> None:
        """Put into the solution cells what differs there; a cell that was edited meanwhile is left as it is."""
        now = {name: cell.text for name, cell in self.typed().items()}
        fresh = {
            name: text
            for name, text in texts.items()
            if name in typed and now.get(name) == typed[name].text != text
        }
        if fresh:
            self._write(self.notebook.name, with_code(self._read_notebook(), fresh))

    def _read_notebook(self) -> bytes:
        return read_file(self._folder.parent, self._folder.name, self.notebook.name, most=MAX_NOTEBOOK)

    @staticmethod
    def _may_be_edited(text: str, record: AnswerRecord | None) -> bool:
        known = record.answer if record else None
        return STUB[-1] not in text if known is None else text != known

    def _tell(self, differences: tuple[Difference, ...], lang: str) -> None:
        path = self._folder / NOTE
        told = path.read_bytes()[:_LONGEST_NOTE] if path.is_file() and not path.is_symlink() else b""
        self._write(NOTE, told + "".join(_paragraph(one, lang) for one in differences).encode("utf-8"))

    def _write(self, name: str, content: bytes) -> None:
        try:
            replace_file(self._folder / name, content)
        except OSError as error:
            raise StorageError(
                N_("Không ghi được tệp {name}: hãy thử lại sau ít phút."), name=name
            ) from error


def _paragraph(one: Difference, lang: str) -> str:
    sentence = (
        N_(
            "Câu “{id}” đã được trả lời ở hai nơi. Câu trả lời ở đây mới hơn nên được giữ; câu trả lời kia là:"
        )
        if one.kept == "copy"
        else N_(
            "Câu “{id}” đã được trả lời ở hai nơi. Câu trả lời trên trang học mới hơn nên được giữ; "
            "câu trả lời ở đây là:"
        )
    )
    other = json.dumps(one.other, ensure_ascii=False)
    return f"- {get_language(lang)(sentence, id=one.question)}\n\n      {other}\n\n"
