"""A lesson's text file, read and checked whole: every mistake is found before any is told.

Nothing in the file is run: a question is a call with literal arguments, taken apart with ``ast``.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from jupytext.myst import MystMetadataParsingError, myst_to_notebook
from nbformat.validator import NotebookValidationError
from pydantic import ValidationError

from hocvuso.language import N_, nfc
from hocvuso.lessons.front import FrontBlock, FrontMatter, split_front
from hocvuso.lessons.mistakes import BadLessonsError, Mistake, Told, faults_of
from hocvuso.lessons.python_text import explain_syntax
from hocvuso.lessons.question_cell import Fault, question_classes, read_question
from hocvuso.questions.base import Question
from hocvuso.questions.code import Code
from hocvuso.questions.mistakes import SLUG

if TYPE_CHECKING:
    from pathlib import Path

Role = Literal["markdown", "question", "solution", "test", "live", "setup"]
ROLES: tuple[Role, ...] = ("question", "solution", "test", "live", "setup")
_AT_LINE = re.compile(r"at line (\d+)")
_MARKS = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)|AUTOTEST")
_BARE_TAGS = re.compile(r"^(:?tags:)[ \t]*([^\[\s].*)$")
_REMOTE_IMAGE = re.compile(
    r"!\[[^\]]*\]\(\s*<?(https?:)?//|<img[^>]+src\s*=\s*[\"']?(https?:)?//", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a lesson. ``line`` is the line of its first line of text.

    ``task`` is the question on code that it belongs to, where it was written as one.
    """

    role: Role
    source: str
    line: int
    id: str = ""
    points: int = 0
    title: str = ""
    question: Question | None = None
    task: Code | None = None


@dataclass(frozen=True)
class Lesson:
    """A lesson without mistakes."""

    path: Path
    front: FrontMatter
    cells: tuple[Cell, ...]
    digest: str

    @property
    def id(self) -> str:
        """The lesson's name, as ``t14-05``."""
        return self.front.id

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions in the order of the file; those on code are cells."""
        return tuple(cell.question for cell in self.cells if cell.question is not None)

    @property
    def kind(self) -> Literal["questions", "coding"]:
        """``coding`` when something is to be programmed, on the site or in JupyterLab."""
        return "coding" if any(cell.role in {"solution", "test"} for cell in self.cells) else "questions"

    @property
    def points(self) -> int:
        """All points that the lesson gives."""
        return sum(cell.points for cell in self.cells)


@dataclass
class _Reading:
    """What has been found so far in one file."""

    shown: Path
    mistakes: list[Mistake] = field(default_factory=list)

    def note(self, line: int, place: str, sentence: str, code: str, **fields: object) -> None:
        self.mistakes.append(Mistake(self.shown, line, place, sentence, code, fields))

    def note_field(self, line: int, place: str, told: Told) -> None:
        fields = {"field": place, "detail": told}
        self.mistakes.append(
            Mistake(self.shown, line, place, N_("Mục “{field}”: {detail}"), "front-field", fields)
        )


def digest_of(raw: bytes) -> str:
    """The hash by which a lesson's text is known."""
    return hashlib.sha256(raw).hexdigest()


def read_lesson(path: Path, *, root: Path | None = None) -> Lesson:
    """The lesson in ``path``, its text in NFC; raises `BadLessonsError` with all mistakes of the file.

    With ``root`` given, mistakes name the file relative to it.
    """
    reading = _Reading(path.relative_to(root) if root and path.is_relative_to(root) else path)
    raw = path.read_bytes()
    try:
        text = nfc(raw.decode("utf-8-sig")).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        reading.note(line, "", N_("Tệp không phải UTF-8: hãy lưu lại tệp với bảng mã UTF-8."), "not-utf-8")
        raise BadLessonsError(reading.mistakes) from None
    block = split_front(text)
    front = _check_front(reading, block, path.stem)
    cells = tuple(_read_cells(reading, block.body))
    _check_together(reading, cells)
    if reading.mistakes or front is None:
        raise BadLessonsError(reading.mistakes)
    return Lesson(path=path, front=front, cells=cells, digest=digest_of(raw))


def _check_front(reading: _Reading, block: FrontBlock, stem: str) -> FrontMatter | None:
    if block.fault:
        reading.note(block.fault_line, "hocvuso", block.fault, "front-broken", detail=block.detail)
        return None
    data = block.data.get("hocvuso") if isinstance(block.data, Mapping) else None
    if not isinstance(data, Mapping):
        sentence = N_("Thiếu phần “hocvuso:” giữa hai dòng --- ở đầu tệp: hãy thêm (xem lệnh hocvuso new).")
        reading.note(1, "hocvuso", sentence, "front-missing")
        return None
    if isinstance(data.get("id"), str) and data["id"] != stem:
        sentence = N_("Mã bài “{id}” khác tên tệp “{stem}”: hãy sửa cho giống nhau.")
        reading.note(block.line(("hocvuso", "id")), "id", sentence, "id-not-file", id=data["id"], stem=stem)
    try:
        return FrontMatter.model_validate(data)
    except ValidationError as error:
        for where, _, told in faults_of(error):
            place = ".".join(where) or "hocvuso"
            reading.note_field(block.line(("hocvuso", *where)), place, told)
        return None


def _read_cells(reading: _Reading, body: str) -> Iterator[Cell]:
    notebook, body = _parse_myst(reading, body)
    lines = body.splitlines()
    for cell, start in zip(notebook.cells, notebook.metadata["source_map"], strict=True):
        source = str(cell.source)
        line = _first_line(lines, start, source)
        if cell.cell_type == "markdown":
            _check_markdown(reading, source, line)
            yield Cell("markdown", source, line)
        else:
            yield from _read_code(reading, cell, source, line)


def _parse_myst(reading: _Reading, body: str) -> tuple[Any, str]:  # a NotebookNode; nbformat has no types
    """Parse with jupytext; a cell whose options can't be read is noted and made plain text, then again."""
    while True:
        try:
            return myst_to_notebook(body, add_source_map=True), body
        except MystMetadataParsingError as error:
            found = _AT_LINE.search(str(error))
            lines = body.splitlines()
            line = min(int(found[1]), len(lines)) if found else 1
            sentence = N_("Phần khai báo của ô này không đọc được: hãy sửa các dòng có dấu hai chấm ở đầu ô.")
            reading.note(line, "", sentence, "cell-options")
            broken = lines[line - 1]
            lines[line - 1] = "+++" if broken.startswith("+++") else broken.split("{")[0] + "text"
            body = "\n".join(lines)
            if not found:
                return myst_to_notebook("", add_source_map=True), ""
        except NotebookValidationError:
            body, mended = _wrap_bare_tags(reading, body)
            if not mended:
                sentence = N_("Có ô khai báo sai kiểu ở đầu ô: hãy so với ví dụ trong docs/authors.md.")
                reading.note(1, "", sentence, "cell-options")
                return myst_to_notebook("", add_source_map=True), ""


def _wrap_bare_tags(reading: _Reading, body: str) -> tuple[str, bool]:
    """Note each tag written without brackets and put it into some; whether there was one."""
    lines = body.splitlines()
    bare = [(place, found) for place, line in enumerate(lines) if (found := _BARE_TAGS.match(line))]
    for place, found in bare:
        sentence = N_("Thẻ phải nằm trong dấu ngoặc vuông: hãy viết {name} [{tag}].")
        reading.note(place + 1, "tags", sentence, "cell-options", name=found[1], tag=found[2].strip())
        lines[place] = f"{found[1]} [{found[2].strip()}]"
    return "\n".join(lines), bool(bare)


def _first_line(lines: list[str], start: int, source: str) -> int:
    """The line (from 1) of a cell's first line of text; ``start`` is where the search begins (from 0)."""
    wanted = source.splitlines()[:2]
    for index in range(start, len(lines)):
        if wanted and lines[index : index + len(wanted)] == wanted:
            return index + 1
    return min(start + 1, max(len(lines), 1))


def _check_markdown(reading: _Reading, source: str, line: int) -> None:
    for offset, text in enumerate(source.splitlines()):
        if _MARKS.search(text):
            sentence = N_("Dòng này có dấu dành riêng cho nbgrader (ví dụ BEGIN SOLUTION): hãy viết khác đi.")
            reading.note(line + offset, "", sentence, "reserved-mark")
        if _REMOTE_IMAGE.search(text):
            sentence = N_(
                "Ảnh lấy từ trang khác không hiện được: bài học không gọi ra ngoài. Hãy bỏ ảnh này."
            )
            reading.note(line + offset, "", sentence, "remote-image")
        if text.rstrip().removesuffix("(") in question_classes() and text.rstrip().endswith("("):
            sentence = N_(
                "Câu hỏi này nằm ngoài ô mã lệnh, người học sẽ đọc thấy đáp án: dòng mở ô phải là “{fence}”."
            )
            fence = "```{code-cell} ipython3"
            reading.note(line + offset, "", sentence, "question-outside", fence=fence)


def _read_code(reading: _Reading, cell: Any, source: str, line: int) -> Iterator[Cell]:
    metadata: Mapping[str, object] = cell.metadata
    tags = metadata.get("tags") or []
    roles = [role for role in ROLES if isinstance(tags, list) and role in tags]
    if len(roles) != 1 or cell.cell_type != "code":
        sentence = N_(
            "Ô mã lệnh cần đúng một thẻ (tags) trong: question, solution, test, live, setup. Hãy viết một dòng như "
            "“:tags: [question]” ngay dưới dòng mở ô."
        )
        reading.note(line, "tags", sentence, "cell-tag")
        return
    role = roles[0]
    if role == "question":
        yield from _read_question(reading, source, line)
        return
    try:
        ast.parse(source)
    except (SyntaxError, ValueError) as error:
        at = line + (getattr(error, "lineno", None) or 1) - 1
        sentence, fields = explain_syntax(error)
        reading.note(at, "", sentence, "syntax", **fields)
    identifier = _check_id(reading, metadata, line) if role != "setup" else ""
    points = _check_points(reading, metadata, line) if role == "test" else 0
    title = _check_title(reading, metadata, line) if role == "live" else ""
    _check_marks(reading, role, source, line)
    yield Cell(role, source, line, id=identifier, points=points, title=title)


def _read_question(reading: _Reading, source: str, line: int) -> Iterator[Cell]:
    for offset, text in enumerate(source.splitlines()):
        if _MARKS.search(text):
            sentence = N_("Dòng này có dấu dành riêng cho nbgrader (ví dụ BEGIN SOLUTION): hãy viết khác đi.")
            reading.note(line + offset, "", sentence, "reserved-mark")
    outcome = read_question(source)
    if isinstance(outcome, Code):
        yield from _code_cells(outcome, line)
        return
    if isinstance(outcome, Question):
        identifier = outcome.id
        yield Cell("question", source, line, id=identifier, points=outcome.points, question=outcome)
        return
    for fault in outcome:
        _note_fault(reading, fault, line)
    guess = next((fault.question for fault in outcome if fault.question), "")
    yield Cell("question", source, line, id=guess)


def _code_cells(task: Code, line: int) -> Iterator[Cell]:
    """A question on code as the cells that nbgrader knows: what is asked, a solution, a test for each check."""
    yield Cell("markdown", task.prompt_cell(), line, task=task)
    yield Cell("solution", task.solution_cell(), line, id=task.id, task=task)
    for identifier, points, source in task.test_cells():
        yield Cell("test", source, line, id=identifier, points=points, task=task)


def _note_fault(reading: _Reading, fault: Fault, line: int) -> None:
    at = line + fault.line - 1
    reading.mistakes.append(Mistake(reading.shown, at, fault.field, fault.sentence, fault.code, fault.fields))


def _check_slug(reading: _Reading, identifier: str, line: int) -> None:
    if not SLUG.fullmatch(identifier):
        sentence = N_("Mã “{id}” chỉ được có chữ thường không dấu, chữ số và gạch nối, dài nhất 64 ký tự.")
        reading.note(line, "id", sentence, "cell-id-form", id=identifier)


def _check_id(reading: _Reading, metadata: Mapping[str, object], line: int) -> str:
    identifier = metadata.get("id")
    if not isinstance(identifier, str) or not identifier:
        reading.note(line, "id", N_("Ô này cần có mã: thêm dòng “:id: ten-cua-o” ở đầu ô."), "cell-no-id")
        return ""
    _check_slug(reading, identifier, line)
    return identifier


def _check_points(reading: _Reading, metadata: Mapping[str, object], line: int) -> int:
    points = metadata.get("points")
    if not isinstance(points, int) or isinstance(points, bool) or points < 1:
        sentence = N_("Ô kiểm tra cần có số điểm nguyên dương: thêm dòng “:points: 1” ở đầu ô.")
        reading.note(line, "points", sentence, "cell-no-points")
        return 0
    return points


def _check_title(reading: _Reading, metadata: Mapping[str, object], line: int) -> str:
    title = metadata.get("title")
    if not isinstance(title, str) or not title.strip():
        sentence = N_("Ô chạy trực tiếp cần có tên: thêm dòng “:title: …” ở đầu ô.")
        reading.note(line, "title", sentence, "cell-no-title")
        return ""
    return title.strip()


def _check_marks(reading: _Reading, role: Role, source: str, line: int) -> None:
    wanted = {
        "solution": ("BEGIN SOLUTION", "END SOLUTION"),
        "test": ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS"),
    }
    begin, end = wanted.get(role, ("", ""))
    open_at = 0
    pairs = 0
    for number, text in enumerate(source.splitlines(), start=line):
        found = _MARKS.search(text)
        if not found:
            continue
        if found[0] == begin and not open_at:
            open_at = number
        elif found[0] == end and open_at:
            open_at, pairs = 0, pairs + 1
        else:
            sentence = N_(
                "Dấu “{mark}” không đúng chỗ trong ô này: mỗi dấu BEGIN cần một dấu END ở sau, trước dấu BEGIN kế tiếp."
            )
            reading.note(number, "", sentence, "mark-misplaced", mark=found[0])
    if open_at:
        sentence = N_("Dấu “{mark}” chưa được đóng: hãy thêm “### {end}”.")
        reading.note(open_at, "", sentence, "mark-open", mark=begin, end=end)
    elif role == "solution" and not pairs:
        sentence = N_("Ô lời giải cần phần giữa “### BEGIN SOLUTION” và “### END SOLUTION”.")
        reading.note(line, "", sentence, "no-solution")


def _check_together(reading: _Reading, cells: tuple[Cell, ...]) -> None:
    seen: dict[str, int] = {}
    for cell in cells:
        names = [cell.id, f"ask-{cell.id}"] if cell.role == "question" else [cell.id]
        for name in (name for name in names if cell.id):
            if name in seen:
                sentence = N_("Mã “{id}” đã dùng ở dòng {first}: mỗi câu hỏi, mỗi ô cần một mã riêng.")
                reading.note(cell.line, "id", sentence, "duplicate-id", id=cell.id, first=seen[name])
                break
            seen[name] = cell.line
    roles = {cell.role for cell in cells}
    if not roles & {"question", "test"} and not any(m.code.startswith("cell") for m in reading.mistakes):
        sentence = N_("Bài chưa có câu hỏi nào: hãy thêm ít nhất một ô gắn thẻ question.")
        reading.note(1, "", sentence, "no-question")
    if "solution" in roles and "test" not in roles:
        line = next(cell.line for cell in cells if cell.role == "solution")
        sentence = N_("Có ô lời giải mà không có ô kiểm tra nào: hãy thêm một ô gắn thẻ test.")
        reading.note(line, "", sentence, "no-test")
