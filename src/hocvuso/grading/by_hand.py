"""What a person gave where no program could score: from the gradebook into what a learner is shown.

nbgrader's formgrader writes a manual score into the gradebook, and there it counts at once. Result record, feedback
page and graded notebook are files of ours: `hocvuso regrade` makes them anew with these points in them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from hocvuso.grading.nbgrader_rows import (
    assignment,
    base_cell,
    grade,
    submitted_assignment,
    submitted_notebook,
)
from hocvuso.grading.sheet import Piece
from hocvuso.questions import Mark, State

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.engine import Connection

    from hocvuso.grading.assess import Assessment


def points_given(
    connection: Connection, edition: str, learners: Collection[str]
) -> dict[str, dict[str, float]]:
    """By learner and cell the points that a person gave in ``edition``, where no other look is asked for."""
    rows = connection.execute(
        select(submitted_assignment.c.student_id, base_cell.c.name, grade.c.manual_score)
        .select_from(grade)
        .join(base_cell, base_cell.c.id == grade.c.cell_id)
        .join(submitted_notebook, submitted_notebook.c.id == grade.c.notebook_id)
        .join(submitted_assignment, submitted_assignment.c.id == submitted_notebook.c.assignment_id)
        .join(assignment, assignment.c.id == submitted_assignment.c.assignment_id)
        .where(
            and_(
                assignment.c.name == edition,
                submitted_assignment.c.student_id.in_(learners),
                grade.c.manual_score.is_not(None),
                grade.c.needs_manual_grade.is_(False),
            )
        )
    )
    found: dict[str, dict[str, float]] = {}
    for learner, cell, points in rows:
        found.setdefault(learner, {})[cell] = points
    return found


def with_points(found: Assessment, given: Mapping[str, float]) -> Assessment:
    """``found`` with the points ``given`` by cell where no program could score; whole ones, rounded down.

    What a program scored is shown as it scored it, as before.
    """
    pieces = {
        name: _marked(piece, given[name]) if piece.mark.state == "ungraded" and name in given else piece
        for name, piece in found.pieces.items()
    }
    code = tuple(
        replace(part, score=float(points), state=_state(points, part.cell.points))
        if part.score is None and (points := _whole(given.get(part.cell.id), part.cell.points)) is not None
        else part
        for part in found.code
    )
    made = replace(found, pieces=pieces, code=code)
    return replace(made, state="partly" if None in made.scores.values() else "graded")


def _marked(piece: Piece, given: float) -> Piece:
    points = _whole(given, piece.mark.out_of)
    assert points is not None  # noqa: S101  (said to the type checker; something was given)
    return replace(piece, mark=Mark(points, piece.mark.out_of, _state(points, piece.mark.out_of)))


def _whole(given: float | None, most: float) -> int | None:
    return None if given is None else int(min(max(given, 0), most))


def _state(points: float, most: float) -> State:
    return "right" if points == most else "partial" if points > 0 else "wrong"
