"""From a lesson to its notebooks: nbgrader's source edition, and what stands beside the released one.

Notebooks are plain dicts of nbformat 4.5 here. Cell ids come from the lesson's own ids and texts, so that a
build of the same text is the same file.
"""

from __future__ import annotations

import hashlib
from itertools import takewhile
from pprint import pformat
from typing import TYPE_CHECKING, Any, TypeAlias

from hocvuso.lessons.python_text import docstring_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hocvuso.lessons.read import Cell, Lesson
    from hocvuso.lessons.translation import Translation
    from hocvuso.questions.base import Question

Notebook: TypeAlias = dict[str, Any]  # JSON as nbformat defines it

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
_CELL_ID_LENGTH = 64  # nbformat 4.5
_WIDTH = 100
_PROMPT = "Anh/chị viết tiếp phần mã lệnh này."


def public_record(lesson: Lesson, edition: str, starts: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What anyone may know of an edition: the content of ``lesson.json``.

    ``starts``: what the release left of each solution cell.
    """
    front = lesson.front.model_dump(mode="json", exclude_none=True)
    live = [cell for cell in lesson.cells if cell.role == "live"]
    return {
        "format": 1,
        **front,
        "edition": edition,
        "kind": lesson.kind,
        "points": lesson.points,
        "questions": list(_asked(lesson, starts or {})),
        "live": [{"id": cell.id, "title": cell.title, "notebook": f"live-{cell.id}.ipynb"} for cell in live],
    }


def released_code(notebook: Notebook) -> dict[str, str]:
    """What a released notebook has in its solution cells, by id."""
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in notebook["cells"]
        if cell["metadata"].get("hocvuso", {}).get("role") == "solution"
    }


def _asked(lesson: Lesson, starts: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Every question as a page asks it; a solution cell is a question on code."""
    for place, cell in enumerate(lesson.cells):
        if cell.question is not None:
            yield cell.question.asked()
        elif cell.role == "solution":
            start = starts.get(cell.id, "")
            own = cell.task.asked() if cell.task else _asked_by_cell(cell, lesson.cells[place + 1 :])
            yield {**own, "start": start}


def _asked_by_cell(cell: Cell, following: Sequence[Cell]) -> dict[str, Any]:
    """A solution cell as a question; its points are those of the tests before the next one."""
    own = takewhile(lambda other: other.role != "solution", following)
    prompt = docstring_of(cell.source) or _PROMPT
    points = sum(other.points for other in own if other.role == "test")
    return {"type": "code", "id": cell.id, "prompt": prompt, "points": points, "example": ""}


def source_notebook(lesson: Lesson, edition: str) -> Notebook:
    """The instructor edition: locked `ask` cells, and graded cells whose hidden tests hold the keys."""
    cells: list[dict[str, Any]] = []
    if not _has_heading(lesson):
        cells.append(_markdown(f"# {lesson.front.title}", "title"))
    number = 0
    total = sum(cell.role in {"question", "solution"} for cell in lesson.cells)
    asks = ""  # what the solution that a test is about asks for
    for cell in lesson.cells:
        if cell.question is not None:
            number += 1
            cells.extend(_question_cells(cell.question, number, total))
        elif cell.role == "markdown":
            cells.append(_markdown(cell.source, "prompt" if cell.task else "title" if not cells else ""))
        else:
            if cell.role == "solution":
                number += 1
                asks = docstring_of(cell.source)
            cells.append(_code(cell, asks))
    return _notebook(cells, {k: v for k, v in public_record(lesson, edition).items() if k != "questions"})


def live_notebooks(lesson: Lesson, edition: str) -> dict[str, Notebook]:
    """One small notebook per live cell, by file name: a heading, the plain setup code, the cell."""
    setup = [c for c in lesson.cells if c.role == "setup" and "hocvuso.questions" not in c.source]
    made = {}
    for live in (cell for cell in lesson.cells if cell.role == "live"):
        cells = [_markdown(f"## {live.title}", "title"), *(_code(cell) for cell in (*setup, live))]
        about = {"lesson": lesson.id, "edition": edition, "live": live.id, "title": live.title}
        made[f"live-{live.id}.ipynb"] = _notebook(cells, about)
    return made


def translated_notebook(
    released: Notebook, lesson: Lesson, translated: Lesson, public: Mapping[str, Any]
) -> Notebook:
    """The released notebook of ``lesson`` with the prose of ``translated``, for a page; code and ids are the same."""
    prose = {
        cell.source: told.source
        for cell, told in zip(lesson.cells, translated.cells, strict=True)
        if cell.role == "markdown"
    }
    cells = [
        {**cell, "source": prose.get("".join(cell["source"]), cell["source"])}
        if cell["cell_type"] == "markdown"
        else cell
        for cell in released["cells"]
    ]
    about = {name: value for name, value in public.items() if name != "questions"}
    return {**released, "cells": cells, "metadata": {**released["metadata"], "hocvuso": about}}


def translations_record(translations: Iterable[Translation]) -> dict[str, Any]:
    """What anyone may know of a lesson's translations: the part of ``lesson.json`` beside the lesson itself."""
    return {
        each.lang: {
            "title": each.lesson.front.title,
            "complete": each.complete,
            "prompts": {question.id: question.prompt for question in each.lesson.questions},
        }
        for each in translations
    }


def signature_of(lesson: Lesson) -> str:
    """The hash of what can't change once somebody has begun: graded cells, their types and points."""
    parts = [f"{c.id}|{c.question.type if c.question else c.role}|{c.points}" for c in _fixed(lesson)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _fixed(lesson: Lesson) -> Iterable[Cell]:
    return (cell for cell in lesson.cells if cell.role in {"question", "solution", "test"})


def _has_heading(lesson: Lesson) -> bool:
    first = next(iter(lesson.cells), None)
    return first is not None and first.role == "markdown" and first.source.startswith("# ")


def _question_cells(question: Question, number: int, total: int) -> list[dict[str, Any]]:
    asked = pformat(question.asked(), width=_WIDTH, sort_dicts=False)
    record = _written(question.record())
    ask = (
        f"# Câu {number}/{total}: bấm vào dòng này, nhấn Shift + Enter thì câu hỏi hiện ra.\n"
        f"from hocvuso.questions import ask\n\nask({asked})"
    )
    mark = (
        f"# Câu {number}/{total}: ô chấm điểm, đã khóa; câu trả lời nằm trong answers.json.\n"
        "### BEGIN HIDDEN TESTS\n"
        f"from hocvuso.questions import mark\n\nmark({record})\n"
        "### END HIDDEN TESTS"
    )
    return [
        _cell(f"ask-{question.id}", ask, "ask", question.id, hidden=True, locked=True),
        _cell(question.id, mark, "grade", question.id, hidden=True, locked=True, points=question.points),
    ]


def _written(record: Mapping[str, Any]) -> str:
    """``record`` as Python, for an author to read; its translations, which have a file of their own, on one line."""
    own = {name: value for name, value in record.items() if name != "translations"}
    text = pformat(own, width=_WIDTH, sort_dicts=False)
    known = record.get("translations")
    return f"{text.removesuffix('}')},\n 'translations': {known!r}}}" if known else text


def _code(cell: Cell, asks: str = "") -> dict[str, Any]:
    if cell.role == "solution":
        return _cell(cell.id, cell.source, "solution", cell.id, solution=True)
    if cell.role == "test":
        asked = cell.task.prompt if cell.task else asks
        return _cell(cell.id, cell.source, "test", cell.id, locked=True, points=cell.points, asks=asked)
    name = f"{cell.role}-{cell.id}" if cell.id else _named("setup", cell.source)
    metadata = {"hocvuso": {"role": cell.role, **({"id": cell.id} if cell.id else {})}, "tags": [cell.role]}
    return _code_cell(name, cell.source, metadata)


def _cell(  # noqa: PLR0913  (nbgrader's own settings of a cell, all by name)
    grade_id: str,
    source: str,
    role: str,
    identifier: str,
    *,
    hidden: bool = False,
    locked: bool = False,
    solution: bool = False,
    points: int | None = None,
    asks: str = "",
) -> dict[str, Any]:
    nbgrader: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": points is not None,
        "solution": solution,
        "locked": locked,
        "task": False,
    }
    if points is not None:
        nbgrader["points"] = points
    metadata: dict[str, Any] = {"hocvuso": {"role": role, "id": identifier}, "nbgrader": nbgrader}
    if asks:
        metadata["hocvuso"]["asks"] = asks
    if hidden:
        metadata["jupyter"] = {"source_hidden": True}
    return _code_cell(grade_id, source, metadata)


def _code_cell(name: str, source: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": name if len(name) <= _CELL_ID_LENGTH else _named("cell", name),
        "metadata": dict(metadata),
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def _markdown(source: str, role: str) -> dict[str, Any]:
    metadata = {"hocvuso": {"role": role}} if role else {}
    return {"cell_type": "markdown", "id": _named("text", source), "metadata": metadata, "source": source}


def _named(kind: str, text: str) -> str:
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _notebook(cells: list[dict[str, Any]], about: Mapping[str, Any]) -> Notebook:
    seen: dict[str, int] = {}
    for cell in cells:  # the same text twice in a lesson: the second one gets a number
        count = seen[cell["id"]] = seen.get(cell["id"], 0) + 1
        if count > 1:
            cell["id"] = f"{cell['id'][:56]}-{count}"
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}, "hocvuso": dict(about)},
        "cells": cells,
    }
