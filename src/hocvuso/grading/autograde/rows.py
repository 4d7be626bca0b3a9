"""The rows of the gradebook that ``nbgrader autograde`` would write, for a whole batch in one transaction.

Student, SubmittedAssignment with its time, a SubmittedNotebook per notebook, a Grade per graded cell and a Comment per
cell that a learner writes. What people wrote (manual scores, extra credit, comments, flags) is read, never written.
"""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import insert, select, update

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from hocvuso.grading.autograde.masters import AssignmentMaster
    from hocvuso.grading.autograde.score import Graded
    from hocvuso.grading.autograde.settings import Settings

log = logging.getLogger("hocvuso.grading")


@dataclass(frozen=True, slots=True)
class Scored:
    """What a submission is worth: its graded notebooks, and those that were not handed in at all."""

    student: str
    time: datetime | None
    graded: Sequence[Graded] = ()
    missing: Sequence[str] = ()


@dataclass(slots=True)
class _Kept:
    """The rows of a submission as they are before this run."""

    id: str
    time: datetime | None
    extension: Any
    notebooks: dict[str, str] = field(default_factory=dict)  # master notebook id -> row id


def known_students(session: Session, names: Iterable[str]) -> set[str]:
    """Those of ``names`` whom the gradebook knows."""
    return set(session.scalars(select(Student.id).where(Student.id.in_(list(names)))))


def write(
    session: Session, assignment: AssignmentMaster, batch: Sequence[Scored], settings: Settings
) -> set[str]:
    """Write ``batch``; the students whose late penalty the course's plugin failed to say."""
    submissions = _submissions(session, assignment, batch)
    _notebooks(session, assignment, submissions)
    grades, comments = _cells(session, assignment, submissions)
    failed: set[str] = set()
    changed: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for one in batch:
        kept = submissions[one.student]
        for name in one.missing:
            for grade in grades[kept.notebooks[assignment.rows[name].notebook]].values():
                changed[Grade].append({"id": grade["id"], "auto_score": 0.0, "needs_manual_grade": False})
        for graded in one.graded:
            row = kept.notebooks[assignment.rows[graded.name].notebook]
            if settings.saves_grades:
                changed[Grade] += _scores(graded, grades[row])
                changed[Comment] += [
                    {"id": comments[row][name], "auto_comment": text}
                    for name, text in graded.comments.items()
                    if name in comments[row]
                ]
            if settings.late_plugin is not None:
                try:
                    penalty = _penalty(settings, assignment, kept, one.student, grades[row].values())
                except Exception:  # the plugin is the course's own code
                    log.exception("the course's late submission plugin failed")
                    failed.add(one.student)
                else:
                    changed[SubmittedNotebook].append({"id": row, "late_submission_penalty": penalty})
    for table, rows in changed.items():
        session.execute(update(table), rows)
    return failed


def _submissions(session: Session, assignment: AssignmentMaster, batch: Sequence[Scored]) -> dict[str, _Kept]:
    """Each student's submission, made where it is missing, with the time of this one."""
    students = [one.student for one in batch]
    new = sorted(set(students) - known_students(session, students))
    if new:
        session.execute(insert(Student), [{"id": student} for student in new])
    table = SubmittedAssignment
    columns = (table.student_id, table.id, table.timestamp, table.extension)
    found = session.execute(
        select(*columns).where(table.assignment_id == assignment.id, table.student_id.in_(students))
    )
    kept = {student: _Kept(row, time, extension) for student, row, time, extension in found}
    made = []
    for one in batch:
        if one.student not in kept:
            kept[one.student] = _Kept(_new_id(), one.time, None)
            made.append(
                {
                    "id": kept[one.student].id,
                    "assignment_id": assignment.id,
                    "student_id": one.student,
                    "timestamp": one.time,
                }
            )
    if made:
        session.execute(insert(table), made)
    later = [one for one in batch if one.time is not None and kept[one.student].time != one.time]
    if later:
        session.execute(update(table), [{"id": kept[one.student].id, "timestamp": one.time} for one in later])
    for one in later:
        kept[one.student].time = one.time
    return kept


def _notebooks(session: Session, assignment: AssignmentMaster, submissions: Mapping[str, _Kept]) -> None:
    """Fill in the notebooks of each submission; rows that are missing are made."""
    table = SubmittedNotebook
    by_row = {kept.id: kept for kept in submissions.values()}
    found = session.execute(
        select(table.assignment_id, table.notebook_id, table.id).where(table.assignment_id.in_(by_row))
    )
    for submission, notebook, row in found:
        by_row[submission].notebooks[notebook] = row
    made = []
    for kept in by_row.values():
        for rows in assignment.rows.values():
            if rows.notebook not in kept.notebooks:
                kept.notebooks[rows.notebook] = _new_id()
                made.append(
                    {
                        "id": kept.notebooks[rows.notebook],
                        "assignment_id": kept.id,
                        "notebook_id": rows.notebook,
                    }
                )
    if made:
        session.execute(insert(table), made)


def _cells(
    session: Session, assignment: AssignmentMaster, submissions: Mapping[str, _Kept]
) -> tuple[dict[str, dict[str, dict[str, Any]]], dict[str, dict[str, str]]]:
    """By notebook row and cell name: every grade with its columns, every comment's id; missing rows are made."""
    wanted = {
        row: rows
        for kept in submissions.values()
        for rows in assignment.rows.values()
        for row in [kept.notebooks[rows.notebook]]
    }
    grades: dict[str, dict[str, dict[str, Any]]] = {row: {} for row in wanted}
    comments: dict[str, dict[str, str]] = {row: {} for row in wanted}
    columns = (
        Grade.notebook_id,
        Grade.cell_id,
        Grade.id,
        Grade.auto_score,
        Grade.manual_score,
        Grade.extra_credit,
    )
    for notebook, cell, row, auto, manual, extra in session.execute(
        select(*columns).where(Grade.notebook_id.in_(wanted))
    ):
        name = wanted[notebook].grades.get(cell)
        if name:
            grades[notebook][name] = {"id": row, "auto": auto, "manual": manual, "extra": extra}
    for notebook, cell, row in session.execute(
        select(Comment.notebook_id, Comment.cell_id, Comment.id).where(Comment.notebook_id.in_(wanted))
    ):
        name = wanted[notebook].comments.get(cell)
        if name:
            comments[notebook][name] = row
    _make_missing(session, wanted, grades, comments)
    return grades, comments


def _make_missing(
    session: Session,
    wanted: Mapping[str, Any],
    grades: dict[str, dict[str, dict[str, Any]]],
    comments: dict[str, dict[str, str]],
) -> None:
    new_grades, new_comments = [], []
    for notebook, rows in wanted.items():
        for cell, name in rows.grades.items():
            if name not in grades[notebook]:
                made = _new_id()
                grades[notebook][name] = {"id": made, "auto": None, "manual": None, "extra": None}
                new_grades.append(
                    {"id": made, "cell_id": cell, "notebook_id": notebook, "needs_manual_grade": True}
                )
        for cell, name in rows.comments.items():
            if name not in comments[notebook]:
                comments[notebook][name] = _new_id()
                new_comments.append(
                    {"id": comments[notebook][name], "cell_id": cell, "notebook_id": notebook}
                )
    if new_grades:
        session.execute(insert(Grade), new_grades)
    if new_comments:
        session.execute(insert(Comment), new_comments)


def _scores(graded: Graded, rows: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The new columns of a notebook's grades; a grade that a person gave asks for another look."""
    changed = []
    for name, score in graded.scores.items():
        row = rows[name]
        row["auto"] = score
        by_hand = row["manual"] is not None or score is None
        changed.append({"id": row["id"], "auto_score": score, "needs_manual_grade": by_hand})
    return changed


def _penalty(
    settings: Settings,
    assignment: AssignmentMaster,
    kept: _Kept,
    student: str,
    grades: Iterable[dict[str, Any]],
) -> float | None:
    """What the course's plugin takes off a late notebook: never below nothing, never more than its score."""
    if kept.time is None or assignment.duedate is None:
        return None
    due = assignment.duedate + kept.extension if kept.extension else assignment.duedate
    seconds = max(0, (kept.time - due).total_seconds())
    if not seconds > 0:
        return None
    total = sum(_counted(row) for row in grades)
    penalty = settings.late_plugin.late_submission_penalty(student, total, seconds)
    return None if penalty is None else min(max(0, penalty), total)


def _counted(grade: Mapping[str, Any]) -> float:
    """nbgrader's score of a cell: a person's before the program's, with extra credit."""
    given = grade["manual"] if grade["manual"] is not None else grade["auto"]
    return 0.0 if given is None else float(given) + float(grade["extra"] or 0.0)


def _new_id() -> str:
    return uuid.uuid4().hex
