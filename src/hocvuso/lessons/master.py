"""The master edition, read back from nbgrader's source notebook: all that the grader needs to know.

Plain JSON and ``ast``: no notebook library is loaded and nothing is run.
"""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from hocvuso.errors import LessonError
from hocvuso.language import N_
from hocvuso.lessons.python_text import parse
from hocvuso.questions.registry import from_record

if TYPE_CHECKING:
    from pathlib import Path

    from hocvuso.questions.base import Question


@dataclass(frozen=True, slots=True)
class CodeCell:
    """A cell of a coding lesson, in the order in which it runs; only a test has points.

    In our lessons they are whole numbers; in other nbgrader courses they need not be. ``prompt``: what the code
    that the test is about is to do.
    """

    role: Literal["setup", "solution", "test"]
    id: str
    points: float
    source: str
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Master:
    """One edition with its keys. ``hash`` is the SHA-256 of the file that it was read from."""

    edition: str
    lesson: str
    questions: tuple[Question, ...]
    code_cells: tuple[CodeCell, ...]
    hash: str
    notebook: dict[str, Any] = field(repr=False)  # the whole file: JSON as nbformat defines it

    @property
    def points(self) -> int:
        """All points of the edition."""
        return int(sum(q.points for q in self.questions) + sum(cell.points for cell in self.code_cells))

    @property
    def solutions(self) -> tuple[CodeCell, ...]:
        """The cells that a learner writes."""
        return tuple(cell for cell in self.code_cells if cell.role == "solution")

    @property
    def tests(self) -> tuple[CodeCell, ...]:
        """The cells that give points for code."""
        return tuple(cell for cell in self.code_cells if cell.role == "test")


def read_master(path: Path) -> Master:
    """The master in a source notebook; raises `LessonError` when the file is missing or none of ours."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise LessonError(N_("Không đọc được bản gốc {path}: hãy chạy hocvuso build."), path=path) from error
    return parse_master(raw, path)


def parse_master(raw: bytes, path: Path) -> Master:
    """The master in the bytes of a source notebook, which is called ``path`` when it is none of ours."""
    try:
        notebook = json.loads(raw)
        about = notebook["metadata"]["hocvuso"]
        questions: list[Question] = []
        code: list[CodeCell] = []
        for cell in notebook["cells"]:
            role = cell["metadata"].get("hocvuso", {}).get("role", "")
            if role == "grade":
                questions.append(from_record(_marked(_source(cell))))
            elif role in {"setup", "solution", "test"}:
                code.append(_code_cell(cell, role))
        return Master(
            edition=about["edition"],
            lesson=about["id"],
            questions=tuple(questions),
            code_cells=tuple(code),
            hash=hashlib.sha256(raw).hexdigest(),
            notebook=notebook,
        )
    except (ValueError, KeyError, TypeError, AttributeError, SyntaxError, ValidationError) as error:
        raise LessonError(
            N_("Bản gốc {path} bị hỏng: hãy dựng lại bài bằng hocvuso build."), path=path
        ) from error


def _code_cell(cell: dict[str, Any], role: Literal["setup", "solution", "test"]) -> CodeCell:
    nbgrader = cell["metadata"].get("nbgrader", {})
    points = nbgrader["points"] if role == "test" else 0
    prompt = str(cell["metadata"]["hocvuso"].get("asks", ""))
    return CodeCell(role, nbgrader.get("grade_id", cell["id"]), int(points), _source(cell), prompt)


def _source(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _marked(source: str) -> dict[str, Any]:
    """The record in the cell's one call of ``mark``."""
    for node in parse(source).body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            record = ast.literal_eval(node.value.args[0])
            if isinstance(record, dict):
                return record
    raise ValueError(source)
