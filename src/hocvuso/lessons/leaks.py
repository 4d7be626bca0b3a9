"""The last look at a release: no key, explanation or hidden test in anything that a learner gets."""

from __future__ import annotations

import ast
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from hocvuso.errors import LessonError
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hocvuso.lessons.read import Lesson

_ASKS = "from hocvuso.questions import ask\n"  # in a cell that asks a question
_SHORTEST = 12  # shorter lines, such as `x = 1`, stand in too many places to mean anything


def check_release(lesson: Lesson, folder: Path) -> None:
    """Raise `LessonError` when a file below ``folder`` holds what only the grader may know."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_text(encoding="utf-8")
        found = _find_leak(lesson, raw, path)
        if found:
            raise LessonError(
                N_(
                    "Bản phát hành {file} để lộ {what}; bài không được phát hành. Đây là lỗi của phần mềm. "
                    "Hãy báo người phát triển."
                ),
                file=path.name,
                what=found,
            )


def _find_leak(lesson: Lesson, raw: str, path: Path) -> str:
    if "HIDDEN TESTS" in raw or "BEGIN SOLUTION" in raw:
        return "HIDDEN TESTS"
    text = _letters(_plain(raw, path))
    for secret in _secrets(lesson):
        if secret in text:
            return secret[:20] + "…"
    for asked in _asked(raw, path):
        for question in lesson.questions:
            hidden = question.hidden & asked.keys()
            if asked.get("id") == question.id and hidden:
                return ", ".join(sorted(hidden))
    return ""


def _secrets(lesson: Lesson) -> Iterator[str]:
    """Explanations and hidden lines, as bare letters; what the lesson itself shows is no secret."""
    shown = _letters(" ".join(_shown(lesson)))
    tasks = (cell.task for cell in lesson.cells if cell.role == "solution" and cell.task)
    hidden = [question.why for question in (*lesson.questions, *tasks)]
    hidden += [
        line
        for cell in lesson.cells
        for line in _hidden_lines(cell.source)
        if cell.role in {"test", "solution"}
    ]
    for text in hidden:
        bare = _letters(text)
        if len(bare) >= _SHORTEST and bare not in shown:
            yield bare


def _shown(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        if cell.question is not None:
            yield json.dumps(cell.question.asked(), ensure_ascii=False)
        else:
            hidden = set(_hidden_lines(cell.source))
            yield "\n".join(line for line in cell.source.splitlines() if line not in hidden)


def _hidden_lines(source: str) -> Iterator[str]:
    inside = False
    for line in source.splitlines():
        if "BEGIN SOLUTION" in line or "BEGIN HIDDEN TESTS" in line:
            inside = True
        elif "END SOLUTION" in line or "END HIDDEN TESTS" in line:
            inside = False
        elif inside:
            yield line


def _plain(raw: str, path: Path) -> str:
    if path.suffix in {".ipynb", ".json"}:
        return "\n".join(_strings(json.loads(raw)))
    if path.suffix == ".html":
        page = _Page(raw)
        return "".join(page.texts) + "\n".join(_strings([page.questions, page.attributes]))
    return raw


class _Page(HTMLParser):
    """The texts of a page, joined across the tags that highlighting puts into a line, and its attributes."""

    def __init__(self, raw: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.attributes: list[str] = []
        self.questions: list[dict[str, object]] = []
        self.feed(raw)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        for name, value in attrs:
            if name == "data-question":
                self.questions.append(json.loads(value or "{}"))
            else:
                self.attributes.append(value or "")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _asked(raw: str, path: Path) -> Iterator[dict[str, object]]:
    """Every question that the file asks, wherever it stands."""
    if path.name == "lesson.json":
        yield from json.loads(raw)["questions"]
    elif path.suffix == ".html":
        yield from _Page(raw).questions
    elif path.suffix == ".ipynb":
        for cell in json.loads(raw)["cells"]:
            source = "".join(cell["source"])
            if _ASKS in source:
                yield from _arguments(source)


def _arguments(source: str) -> Iterator[dict[str, object]]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from (ast.literal_eval(argument) for argument in node.value.args)


def _letters(text: str) -> str:
    """``text`` without anything that quoting, escaping or line breaks may change."""
    return re.sub(r"[\W_]+", "", text)
