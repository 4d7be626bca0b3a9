"""Writes nbgrader's gradebook: one transaction per submission, with our log and the audit entry in it.

As after ``nbgrader autograde``: a Student, a SubmittedAssignment with its notebooks, an automatic score per graded
cell, ``needs_manual_grade`` where there is none or a person graded before. What people wrote (manual scores,
extra credit, comments, flags) stays.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nbformat.notebooknode import from_dict
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.utils import compute_checksum
from sqlalchemy import func, insert, select

from hocvuso import __version__
from hocvuso.database import patient, told_when_locked
from hocvuso.exchange.collect import Collected, Waiting
from hocvuso.grading.assess import Assessment, check_cells
from hocvuso.lessons.convert import prepare_gradebook
from hocvuso.places import COURSE, Places
from hocvuso.records.audit import note_deed
from hocvuso.records.people import find_person
from hocvuso.records.tables import prepare, scores

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Self

node: Any = from_dict  # nbformat has no types here
NO_RESPONSE = "No response."  # nbgrader's own words, which formgrader shows


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an assessment in the gradebook.

    ``counts``: its scores are now the learner's grade. ``latest``: no submission handed in later is known, so its
    result is the one to show. ``kept``: an earlier grade stands although this submission was refused.
    """

    counts: bool
    latest: bool
    kept: bool


class GradebookWriter:
    """The open gradebook of one course; a context manager, used by one thread."""

    def __init__(self, places: Places) -> None:
        with told_when_locked():
            prepare_gradebook(places.gradebook_url)
            self._book = Gradebook(patient(places.gradebook_url), COURSE)
            prepare(self._book.engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()

    def find_collected(self, waiting: Iterable[Waiting]) -> dict[tuple[str | None, str], Collected]:
        """By learner and name: the receipts of an earlier run that was cut off before it put them into the evidence."""
        names = {one.name for one in waiting}
        columns = (scores.c.learner, scores.c.submission, scores.c.receipt, scores.c.handed_in)
        rows = self._book.db.execute(
            select(*columns, scores.c.submission_hash)
            .where(scores.c.submission.in_(names))
            .order_by(scores.c.id)
        ).all()
        self._book.db.rollback()  # a read holds nothing while submissions are assessed
        return {
            (learner, name): Collected(receipt, datetime.fromisoformat(handed_in), files)
            for learner, name, receipt, handed_in, files in rows
            if receipt and handed_in
        }

    def record(self, found: Assessment, graded: datetime) -> Recorded:
        """Write an assessment; all of it or nothing."""
        session = self._book.db
        try:
            recorded = self._record(session, found, graded)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        return recorded

    def _record(self, session: Any, found: Assessment, graded: datetime) -> Recorded:
        receipt = found.taken.receipt
        handed_in = receipt.handed_in if receipt else None
        newest, newest_counted = self._newest(session, found)
        stamp = _iso(handed_in) if handed_in else ""
        latest = stamp >= (newest or "")
        counts = found.state != "refused" and stamp >= (newest_counted or "")
        if found.learner is not None:
            self._name(session, found.learner)
        if counts:
            assert found.learner is not None  # noqa: S101  (only a refused one has no learner)
            assert handed_in is not None  # noqa: S101
            self._grade(session, found, found.learner, handed_in)
        if not self._is_logged(session, found):
            self._log(session, found, graded, handed_in, counts=counts)
        return Recorded(counts, latest, kept=found.state == "refused" and newest_counted is not None)

    @staticmethod
    def _newest(session: Any, found: Assessment) -> tuple[str | None, str | None]:
        """When the newest known submission of this learner and edition was handed in; the newest that counted."""
        mine = (scores.c.learner == found.learner) & (scores.c.edition == found.edition)
        newest = session.execute(select(func.max(scores.c.handed_in)).where(mine)).scalar()
        counted = session.execute(select(func.max(scores.c.handed_in)).where(mine, scores.c.counts)).scalar()
        return newest, counted

    @staticmethod
    def _name(session: Any, learner: str) -> None:
        student = session.get(Student, learner)
        if student is None:
            student = Student(id=learner)
            session.add(student)
        person = find_person(session.connection(), learner)
        if person:
            student.first_name, student.last_name = person.first_name, person.last_name
            student.email = person.email
        session.flush()

    def _grade(self, session: Any, found: Assessment, learner: str, handed_in: datetime) -> None:
        assert found.master is not None  # noqa: S101  (a graded one has a master)
        assignment = session.query(Assignment).filter_by(name=found.edition).one()
        check_cells(found.master, {c.name for n in assignment.notebooks for c in n.grade_cells})
        submission = (
            session.query(SubmittedAssignment)
            .filter_by(assignment_id=assignment.id, student_id=learner)
            .first()
        ) or _new_submission(session, assignment, learner)
        submission.timestamp = handed_in.astimezone(UTC).replace(tzinfo=None)
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = None
            for grade in notebook.grades:
                grade.auto_score = found.scores.get(grade.name)
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
            answered = _answered(found, notebook.notebook)
            for comment in notebook.comments:
                comment.auto_comment = None if comment.name in answered else NO_RESPONSE
        session.flush()

    @staticmethod
    def _is_logged(session: Any, found: Assessment) -> bool:
        """Whether the log holds this very score already (a run that was cut off after this transaction)."""
        last = session.execute(
            select(scores.c.state, scores.c.points, scores.c.master, scores.c.engine, scores.c.receipt)
            .where(scores.c.submission == found.taken.waiting.name, scores.c.learner == found.learner)
            .order_by(scores.c.id.desc())
        ).first()
        master = found.master.hash if found.master else ""
        points = None if found.state == "refused" else found.points
        receipt = found.taken.receipt.id if found.taken.receipt else None
        return last is not None and tuple(last) == (found.state, points, master, __version__, receipt)

    @staticmethod
    def _log(
        session: Any, found: Assessment, graded: datetime, handed_in: datetime | None, *, counts: bool
    ) -> None:
        refused = found.state == "refused"
        receipt = found.taken.receipt
        session.execute(
            insert(scores).values(
                submission=found.taken.waiting.name,
                learner=found.learner,
                edition=found.edition,
                via=found.taken.waiting.via,
                state=found.state,
                counts=counts,
                reason=found.reason,
                points=None if refused else found.points,
                out_of=None if refused else float(found.out_of),
                questions=json.dumps(found.scores),
                engine=__version__,
                master=found.master.hash if found.master else "",
                submission_hash=found.submission_hash,
                receipt=receipt.id if receipt else None,
                handed_in=_iso(handed_in) if handed_in else None,
                graded=_iso(graded),
            )
        )
        note_deed(
            session,
            actor="grader",
            action=found.state,
            subject=f"{found.learner or '?'}/{found.edition}/{found.taken.waiting.name}",
            now=graded,
            details={"counts": counts, "points": None if refused else found.points},
        )


def _new_submission(session: Any, assignment: Any, learner: str) -> Any:
    """A submission that mirrors the assignment: a row for every graded cell and every solution."""
    with session.no_autoflush:  # else half of it is written while the other half is put together
        submission = SubmittedAssignment(assignment=assignment, student=session.get(Student, learner))
        for master in assignment.notebooks:
            notebook = SubmittedNotebook(notebook=master, assignment=submission)
            for cell in (*master.grade_cells, *master.task_cells):
                Grade(cell_id=cell.id, notebook=notebook)
            for cell in (*master.solution_cells, *master.task_cells):
                Comment(cell_id=cell.id, notebook=notebook)
        session.add(submission)
    session.flush()
    session.expire_all()
    return submission


def _answered(found: Assessment, notebook: Any) -> set[str]:
    """The solution cells that differ from the released ones, by nbgrader's checksum."""
    assert found.master is not None  # noqa: S101  (a graded one has a master)
    released = {cell.name: cell.checksum for cell in notebook.source_cells}
    cells = {c["metadata"].get("nbgrader", {}).get("grade_id"): c for c in found.master.notebook["cells"]}
    answered = set()
    for cell in found.master.solutions:
        written = node({**cells[cell.id], "source": found.solutions.get(cell.id, "")})
        if compute_checksum(written) != released.get(cell.id):
            answered.add(cell.id)
    return answered


def _iso(time: datetime) -> str:
    """``time`` as text of a fixed length, so that comparing texts compares times."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")
