"""The masters of an assignment, read from the gradebook: what ``nbgrader generate_assignment`` put there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbgrader.api import Assignment, Notebook

from hocvuso.errors import LessonError, SetupError
from hocvuso.language import N_
from hocvuso.lessons.any_master import MasterCell, NotebookMaster, read_source

if TYPE_CHECKING:
    from datetime import datetime

    from hocvuso.grading.autograde.course import Course


@dataclass(frozen=True, slots=True)
class CellRows:
    """The gradebook's ids of the cells of a notebook: who gets a grade, a comment, or both."""

    notebook: str
    grades: dict[str, str]  # cell id -> name
    comments: dict[str, str]
    tasks: frozenset[str]  # names
    max_scores: dict[str, float]  # name -> points


@dataclass(frozen=True, slots=True)
class AssignmentMaster:
    """An assignment as the gradebook has it: notebooks by name."""

    id: str
    name: str
    duedate: datetime | None
    notebooks: dict[str, NotebookMaster]
    rows: dict[str, CellRows]


def read_assignment(session: Any, course: Course, name: str) -> AssignmentMaster:
    """The masters of an assignment; SetupError when it is not in the gradebook."""
    found = session.query(Assignment).filter_by(name=name).one_or_none()
    if found is None or not found.notebooks:
        raise SetupError(
            N_("Sổ điểm chưa có bài {name}: hãy chạy nbgrader generate_assignment {name} trước."), name=name
        )
    notebooks = {notebook.name: _in_order(_notebook(notebook), course, name) for notebook in found.notebooks}
    rows = {notebook.name: _rows(notebook) for notebook in found.notebooks}
    return AssignmentMaster(found.id, name, found.duedate, notebooks, rows)


def _notebook(notebook: Notebook) -> NotebookMaster:
    graded = {cell.name: cell for cell in notebook.grade_cells}
    tasks = {cell.name: cell for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    cells = tuple(
        MasterCell(
            id=source.name,
            kind=source.cell_type,
            source=source.source or "",
            grade=source.name in graded,
            solution=source.name in solutions,
            task=source.name in tasks,
            locked=bool(source.locked),
            points=float((graded | tasks)[source.name].max_score) if source.name in graded | tasks else 0.0,
            checksum=source.checksum,
        )
        for source in notebook.source_cells
    )
    return NotebookMaster(notebook.name, cells, json.loads(notebook.kernelspec or "{}") or {})


def _in_order(master: NotebookMaster, course: Course, assignment: str) -> NotebookMaster:
    """``master`` in the order of the instructor's notebook, or of the released one when that is gone."""
    release = course.path("release", ".", assignment)
    for folder in (course.source(assignment), release):
        try:
            source = read_source(folder / f"{master.name}.ipynb")
        except LessonError:
            continue  # gone or unreadable: the gradebook has all that a score needs
        return master.in_order_of(source)
    return master


def _rows(notebook: Notebook) -> CellRows:
    tasks = notebook.task_cells
    graded = [*notebook.grade_cells, *tasks]
    return CellRows(
        notebook.id,
        {cell.id: cell.name for cell in graded},
        {cell.id: cell.name for cell in (*notebook.solution_cells, *tasks)},
        frozenset(cell.name for cell in tasks),
        {cell.name: float(cell.max_score) for cell in graded},
    )
