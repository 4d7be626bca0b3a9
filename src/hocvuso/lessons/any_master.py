"""The master of any nbgrader notebook, with or without our own metadata.

Two places hold one: the source notebook that an instructor writes, and the gradebook, where ``nbgrader
generate_assignment`` put every cell that learners may not change. What is graded comes from the gradebook, as with
nbgrader (see `hocvuso.grading.autograde.masters`); the source notebook adds what the gradebook does not keep: the
order of the cells and the author's own solution. Plain JSON: nothing is run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hocvuso.errors import LessonError
from hocvuso.language import N_
from hocvuso.lessons.handed_in import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCHEMA = 3  # of nbgrader's cell metadata: what nbgrader 0.6 and later write


@dataclass(frozen=True, slots=True)
class MasterCell:
    """A cell with an nbgrader id.

    ``source`` is the text that a locked cell has for everybody, hidden tests included; elsewhere the released text.
    ``checksum`` is nbgrader's own of the released cell: a solution that still has it was not answered. ``tags`` are
    the cell's in the source notebook.
    """

    id: str
    kind: Kind
    source: str
    grade: bool = False
    solution: bool = False
    task: bool = False
    locked: bool = False
    points: float = 0.0
    checksum: str | None = None
    tags: frozenset[str] = frozenset()

    @property
    def is_test(self) -> bool:
        """Whether its points come from running it."""
        return self.grade and not self.solution and self.kind == "code"

    def metadata(self) -> dict[str, Any]:
        """nbgrader's metadata of the cell, as ``nbgrader generate_assignment`` writes it."""
        about: dict[str, Any] = {
            "schema_version": SCHEMA,
            "grade_id": self.id,
            "grade": self.grade,
            "solution": self.solution,
            "locked": self.locked,
            "task": self.task,
        }
        if self.grade or self.task:
            about["points"] = self.points
        if self.checksum:
            about["checksum"] = self.checksum
        return about | {"cell_type": self.kind}


@dataclass(frozen=True, slots=True)
class AuthorCell:
    """A code cell of the source notebook, as the author wrote it: with the solution. No id: a plain cell."""

    id: str
    source: str
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NotebookMaster:
    """One notebook of an assignment: its cells with ids, in order, and the author's own way through it.

    ``hash`` is the SHA-256 of all that decides a score; ``author`` is empty where no source notebook is found.
    """

    name: str
    cells: tuple[MasterCell, ...]
    kernelspec: Mapping[str, Any] = field(default_factory=dict)
    author: tuple[AuthorCell, ...] = ()

    @property
    def hash(self) -> str:
        """Changes when a cell's text, kind, flags or points change."""
        parts = [
            [c.id, c.kind, c.source, c.grade, c.solution, c.task, c.locked, c.points] for c in self.cells
        ]
        return hashlib.sha256(json.dumps([self.name, parts]).encode()).hexdigest()

    def in_order_of(self, source: NotebookMaster) -> NotebookMaster:
        """These cells in the order of ``source``, with its author's solution; what it doesn't know comes last."""
        places = {cell.id: index for index, cell in enumerate(source.cells)}
        tags = {cell.id: cell.tags for cell in source.cells}
        cells = sorted(self.cells, key=lambda cell: places.get(cell.id, len(places)))
        tagged = tuple(replace(cell, tags=tags.get(cell.id, frozenset())) for cell in cells)
        return replace(self, cells=tagged, author=source.author)


def read_source(path: Path) -> NotebookMaster:
    """The master as an instructor's source notebook has it; LessonError when the file can't be read.

    All versions of nbgrader's metadata are read as nbgrader's own ``update`` would bring them up to date. The texts
    are the author's: solutions and hidden tests are still in them.
    """
    try:
        raw = path.read_bytes()
        notebook = json.loads(raw)
        cells: list[MasterCell] = []
        author: list[AuthorCell] = []
        for cell in _cells(notebook):
            found = _master_cell(cell)
            if found:
                cells.append(found)
            if cell["cell_type"] == "code":
                author.append(AuthorCell(found.id if found else "", _source(cell), _tags(cell)))
        kernelspec = notebook.get("metadata", {}).get("kernelspec") or {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LessonError(N_("Không đọc được sổ tay gốc {path}."), path=path) from error
    return NotebookMaster(path.stem, tuple(cells), kernelspec, tuple(author))


def upgraded(about: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """nbgrader's metadata of a cell, of whatever version, as version 3; None where it says nothing.

    Version 0 (before nbgrader 0.5) leaves flags out, has points as text and marks cells that are none; versions 1
    and 2 lack ``cell_type`` and tasks.
    """
    flags = {name: bool(about.get(name)) for name in ("grade", "solution", "locked", "task")}
    name = about.get("grade_id")
    if not any(flags.values()) or not isinstance(name, str) or not name:
        return None
    return {**flags, "grade_id": name, "points": _points(about.get("points")), "cell_type": kind}


def _master_cell(cell: Mapping[str, Any]) -> MasterCell | None:
    about = cell.get("metadata", {}).get("nbgrader")
    found = upgraded(about, cell["cell_type"]) if about else None
    if found is None:
        return None
    return MasterCell(
        id=found["grade_id"],
        kind=cell["cell_type"],
        source=_source(cell),
        grade=found["grade"],
        solution=found["solution"],
        task=found["task"],
        locked=not found["solution"] and (found["grade"] or found["locked"]),  # nbgrader's `is_locked`
        points=found["points"] if found["grade"] or found["task"] else 0.0,
        checksum=about.get("checksum"),
        tags=_tags(cell),
    )


def _points(value: object) -> float:
    if not isinstance(value, int | float | str) or value == "":
        return 0.0
    return max(0.0, float(value))


def _cells(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    if "cells" in notebook:
        return list(notebook["cells"])
    return [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]


def _tags(cell: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(cell["metadata"].get("tags", ()))


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    return source if isinstance(source, str) else "".join(source)
