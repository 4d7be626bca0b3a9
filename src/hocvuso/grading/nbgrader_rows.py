"""nbgrader's rows for a batch of submissions, read and written in as many statements for one as for hundreds.

As after ``nbgrader autograde``: a Student, a SubmittedAssignment with its notebooks, an automatic score per graded
cell, ``needs_manual_grade`` where there is none or a person graded before. What people wrote (manual scores, extra
credit, comments, flags) stays. nbgrader's own classes are not loaded: they would take longer than the work.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    DateTime,
    Float,
    and_,
    bindparam,
    case,
    column,
    insert,
    or_,
    select,
    table,
    update,
)

from hocvuso.language import nfc
from hocvuso.records.tables import people

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

assignment = table("assignment", column("id"), column("name"))
notebook = table("notebook", column("id"), column("name"), column("assignment_id"))
base_cell = table("base_cell", column("id"), column("name"), column("notebook_id"), column("type"))
source_cell = table("source_cell", column("name"), column("checksum"), column("notebook_id"))
student = table("student", column("id"), column("first_name"), column("last_name"), column("email"))
submitted_assignment = table(
    "submitted_assignment",
    column("id"),
    column("assignment_id"),
    column("student_id"),
    column("timestamp", DateTime),
)
submitted_notebook = table(
    "submitted_notebook",
    column("id"),
    column("assignment_id"),
    column("notebook_id"),
    column("flagged", Boolean),
    column("late_submission_penalty", Float),
)
grade = table(
    "grade",
    column("id"),
    column("cell_id"),
    column("notebook_id"),
    column("auto_score", Float),
    column("manual_score", Float),
    column("needs_manual_grade", Boolean),
)
comment = table("comment", column("id"), column("cell_id"), column("notebook_id"), column("auto_comment"))

_GRADED = {"GradeCell", "TaskCell"}
_COMMENTED = {"SolutionCell", "TaskCell"}


@dataclass(frozen=True, slots=True)
class EditionRows:
    """The rows of one edition: its notebooks, and per notebook (name, id) of what gets a grade or a comment."""

    assignment: str
    notebooks: tuple[str, ...]
    graded: Mapping[str, tuple[tuple[str, str], ...]]
    commented: Mapping[str, tuple[tuple[str, str], ...]]
    checksums: Mapping[str, str]  # of the released source cells, by name
    scored: frozenset[str]  # the names of the cells that get an automatic score: all graded ones but tasks


@dataclass(frozen=True, slots=True)
class Scored:
    """One learner's scores to write: by cell name, and the automatic comments."""

    learner: str
    edition: EditionRows
    handed_in: datetime  # naive, UTC: as nbgrader keeps it
    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]


def read_editions(connection: Connection, names: Collection[str]) -> dict[str, EditionRows]:
    """The rows of the editions called ``names``, as they are now."""
    found = connection.execute(select(assignment.c.id, assignment.c.name).where(assignment.c.name.in_(names)))
    return {name: _edition(connection, key) for key, name in found.all()}


def _edition(connection: Connection, key: str) -> EditionRows:
    keys = connection.execute(
        select(notebook.c.id).where(notebook.c.assignment_id == key).order_by(notebook.c.name)
    )
    notebooks = tuple(row.id for row in keys)
    graded: dict[str, list[tuple[str, str]]] = {one: [] for one in notebooks}
    commented: dict[str, list[tuple[str, str]]] = {one: [] for one in notebooks}
    cells = connection.execute(
        select(base_cell.c.notebook_id, base_cell.c.type, base_cell.c.name, base_cell.c.id)
        .where(base_cell.c.notebook_id.in_(notebooks))
        .order_by(base_cell.c.name)
    )
    scored = set()
    for of, kind, name, cell in cells:
        if kind == "GradeCell":
            scored.add(name)
        if kind in _GRADED:
            graded[of].append((name, cell))
        if kind in _COMMENTED:
            commented[of].append((name, cell))
    sources = connection.execute(
        select(source_cell.c.name, source_cell.c.checksum).where(source_cell.c.notebook_id.in_(notebooks))
    )
    return EditionRows(
        key,
        notebooks,
        {of: tuple(rows) for of, rows in graded.items()},
        {of: tuple(rows) for of, rows in commented.items()},
        {row.name: row.checksum for row in sources},
        frozenset(scored),
    )


def write_students(connection: Connection, learners: Collection[str]) -> None:
    """A Student row for each of ``learners``, with the names that the register has."""
    if not learners:
        return
    known = {
        row.id: (row.first_name, row.last_name, row.email)
        for row in connection.execute(select(student).where(student.c.id.in_(learners)))
    }
    registered = connection.execute(
        select(people).where(people.c.learner.in_({nfc(one) for one in learners}))
    )
    names = {row.learner: _names(row.full_name, row.email) for row in registered}
    new, renamed = [], []
    for learner in dict.fromkeys(learners):  # who handed in two lessons is there twice
        is_called = names.get(nfc(learner))
        if learner not in known:
            new.append(_student(learner, is_called or (None, None, None)))
        elif is_called and is_called != known[learner]:
            renamed.append(_student(learner, is_called))
    if new:
        connection.execute(insert(student).values(id=bindparam("to_id"), **_NAMES), new)
    if renamed:
        connection.execute(update(student).where(student.c.id == bindparam("to_id")).values(_NAMES), renamed)


_NAMES: dict[str, Any] = {name: bindparam(f"to_{name}") for name in ("first_name", "last_name", "email")}


def _names(full_name: str, email: str) -> tuple[str, str, str]:
    last, _, first = full_name.partition(" ")
    return first, last, email


def _student(learner: str, names: tuple[str | None, str | None, str | None]) -> dict[str, str | None]:
    first, last, email = names
    return {"to_id": learner, "to_first_name": first, "to_last_name": last, "to_email": email}


def write_scores(connection: Connection, batch: Sequence[Scored]) -> None:
    """The rows of every submission in ``batch``, of which no two are of the same learner and edition."""
    if not batch:
        return
    known = _known(connection, batch)
    new = [one for one in batch if (one.edition.assignment, one.learner) not in known]
    again = [(one, known[one.edition.assignment, one.learner]) for one in batch
             if (one.edition.assignment, one.learner) in known]  # fmt: skip
    _insert(connection, new)
    if again:
        connection.execute(
            update(submitted_assignment)
            .where(submitted_assignment.c.id == bindparam("of"))
            .values(timestamp=bindparam("at", type_=DateTime)),
            [{"of": key, "at": one.handed_in} for one, key in again],
        )
        notebooks = notebooks_of(connection, [key for _, key in again])
        _update(connection, [(one, notebooks.get(key, {})) for one, key in again])


def _known(connection: Connection, batch: Sequence[Scored]) -> dict[tuple[str, str], str]:
    wanted = submitted_assignment.c.assignment_id.in_({one.edition.assignment for one in batch})
    theirs = submitted_assignment.c.student_id.in_({one.learner for one in batch})
    rows = connection.execute(
        select(
            submitted_assignment.c.id,
            submitted_assignment.c.assignment_id,
            submitted_assignment.c.student_id,
        ).where(and_(wanted, theirs))
    )
    return {(row.assignment_id, row.student_id): row.id for row in rows}


def notebooks_of(connection: Connection, submissions: Collection[str]) -> dict[str, dict[str, str]]:
    """For each submitted assignment its submitted notebooks by the notebook that they answer."""
    rows = connection.execute(
        select(
            submitted_notebook.c.id, submitted_notebook.c.assignment_id, submitted_notebook.c.notebook_id
        ).where(submitted_notebook.c.assignment_id.in_(submissions))
    )
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.assignment_id, {})[row.notebook_id] = row.id
    return found


def _insert(connection: Connection, batch: Sequence[Scored]) -> None:
    rows: dict[str, list[dict[str, Any]]] = {"assignments": [], "notebooks": [], "grades": [], "comments": []}
    for one in batch:
        of = _key()
        rows["assignments"].append(
            {
                "id": of,
                "assignment_id": one.edition.assignment,
                "student_id": one.learner,
                "timestamp": one.handed_in,
            }
        )
        for answered in one.edition.notebooks:
            within = _key()
            rows["notebooks"].append(
                {"id": within, "assignment_id": of, "notebook_id": answered, "flagged": False}
            )
            rows["grades"] += [
                {
                    "id": _key(),
                    "cell_id": cell,
                    "notebook_id": within,
                    "auto_score": one.scores.get(name),
                    "needs_manual_grade": one.scores.get(name) is None,
                }
                for name, cell in one.edition.graded[answered]
            ]
            rows["comments"] += [
                {"id": _key(), "cell_id": cell, "notebook_id": within, "auto_comment": one.comments.get(name)}
                for name, cell in one.edition.commented[answered]
            ]
    for target, name in (
        (submitted_assignment, "assignments"),
        (submitted_notebook, "notebooks"),
        (grade, "grades"),
        (comment, "comments"),
    ):
        if rows[name]:
            connection.execute(insert(target), rows[name])


def _update(connection: Connection, batch: Iterable[tuple[Scored, Mapping[str, str]]]) -> None:
    grades, comments, within = [], [], []
    for one, notebooks in batch:
        for answered, of in notebooks.items():
            within.append({"of": of})
            grades += [
                {"of": of, "for_cell": cell, "to": one.scores.get(name)}
                for name, cell in one.edition.graded.get(answered, ())
            ]
            comments += [
                {"of": of, "for_cell": cell, "to": one.comments.get(name)}
                for name, cell in one.edition.commented.get(answered, ())
            ]
    if within:
        connection.execute(
            update(submitted_notebook)
            .where(submitted_notebook.c.id == bindparam("of"))
            .values(late_submission_penalty=None),
            within,
        )
    if grades:
        connection.execute(_rescored(look_again=True), grades)
    if comments:
        connection.execute(
            update(comment)
            .where(comment.c.notebook_id == bindparam("of"), comment.c.cell_id == bindparam("for_cell"))
            .values(auto_comment=bindparam("to")),
            comments,
        )


def write_rescored(connection: Connection, batch: Sequence[Scored]) -> None:
    """New automatic scores for submissions that have been graded; nothing else of theirs changes.

    A cell that a person graded keeps what the person decided, also that it needs no other look.
    """
    batch = [one for one in batch if one.scores]
    known = _known(connection, batch) if batch else {}
    keys = [known[one.edition.assignment, one.learner] for one in batch
            if (one.edition.assignment, one.learner) in known]  # fmt: skip
    notebooks = notebooks_of(connection, keys) if keys else {}
    rows = [
        {"of": of, "for_cell": cell, "to": one.scores[name]}
        for one in batch
        for answered, of in notebooks.get(known.get((one.edition.assignment, one.learner), ""), {}).items()
        for name, cell in one.edition.graded.get(answered, ())
        if name in one.scores
    ]
    if rows:
        connection.execute(_rescored(look_again=False), rows)


def _rescored(*, look_again: bool) -> Any:  # an Update
    """Set an automatic score; where a person graded, the cell asks for another look if ``look_again``."""
    by_hand = grade.c.manual_score.is_not(None)
    score = bindparam("to", type_=Float)
    asks = (
        or_(by_hand, score.is_(None))
        if look_again
        else case((by_hand, grade.c.needs_manual_grade), else_=score.is_(None))
    )
    return (
        update(grade)
        .where(grade.c.notebook_id == bindparam("of"), grade.c.cell_id == bindparam("for_cell"))
        .values(auto_score=score, needs_manual_grade=asks)
    )


def _key() -> str:
    """A row's key as nbgrader makes them: a random UUID (RFC 9562, version 4) in 32 digits."""
    digits = os.urandom(16).hex()
    return f"{digits[:12]}4{digits[13:16]}{_VARIANT[digits[16]]}{digits[17:]}"


_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
