"""A course graded into one gradebook or another, by the command and its one setting, and the rows to compare."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crash_course import check_evidence, contents, export, left_over, results
from nbgrader.api import Comment, Course, Grade, Gradebook, SubmittedAssignment
from sqlalchemy import create_engine, select
from tests.bench.class_maker import hand_in_class, learners

from hocvuso.lessons.build import build
from hocvuso.lessons.release import release
from hocvuso.places import COURSE, Places
from hocvuso.records.tables import audit_log, scores

LESSONS = Path(__file__).parents[2] / "notebooks" / "lessons"
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
EDITIONS = ("t14-05", "t20-01")
LEARNERS, TWICE = 110, 60


def in_file(places: Places) -> str:
    """The address of the gradebook without the setting."""
    return f"sqlite:///{places.var / 'grader' / 'gradebook.db'}"


def hocvuso(places: Places, *words: str, url: str | None = None) -> str:
    """One command with the gradebook at ``url`` (None: the file); what it printed."""
    done = subprocess.run(
        command(places, *words), env=environment(url), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def command(places: Places, *words: str) -> list[str]:
    """The words of a command."""
    return [sys.executable, "-m", "hocvuso", "--root", str(places.root), *words]


def environment(url: str | None) -> dict[str, str]:
    """The environment with the one setting."""
    env = {name: value for name, value in os.environ.items() if name != "HOCVUSO_GRADEBOOK"}
    return env | ({"HOCVUSO_GRADEBOOK": url} if url else {})


def book_rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that grading writes, named instead of numbered; without what differs from run to run."""
    with Gradebook(url, COURSE) as book:
        found = {
            "courses": [(c.id,) for c in book.db.query(Course) if c.id == COURSE],
            "submissions": [
                (s.name, s.student.id, *_when(s), s.extension, s.score, s.max_score, s.needs_manual_grade,
                 s.student.first_name, s.student.last_name, s.student.email, len(s.notebooks))
                for s in book.db.query(SubmittedAssignment)
            ],
            "grades": [
                (g.assignment.name, g.student.id, g.name, g.cell.type, g.auto_score, g.manual_score,
                 g.extra_credit, g.needs_manual_grade, g.max_score)
                for g in book.db.query(Grade)
            ],
            "comments": [
                (c.assignment.name, c.student.id, c.name, c.auto_comment, c.manual_comment)
                for c in book.db.query(Comment)
            ],
        }  # fmt: skip
    engine = create_engine(url)
    with engine.connect() as connection:
        for table, leave in ((scores, {"id", "graded"}), (audit_log, {"id", "at"})):
            rows = connection.execute(select(*(c for c in table.columns if c.name not in leave))).mappings()
            found[table.name] = [_lasting(dict(row)) for row in rows]
    engine.dispose()
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def _when(submission: Any) -> tuple[Any, ...]:
    """When it was handed in; a JupyterLab's was collected by the run itself."""
    return (submission.timestamp,) if submission.student.id.startswith("hv-") else ()


def _lasting(row: dict[str, Any]) -> tuple[Any, ...]:
    if row.get("via") == "jupyterlab":
        row |= {"receipt": bool(row["receipt"]), "handed_in": bool(row["handed_in"])}
    return tuple(row.values())


def logged(url: str, *columns: Any) -> list[Any]:
    """Columns of the log of scores."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(select(*columns).order_by(scores.c.id)).all()
    engine.dispose()
    return list(found)


def big_class(root: Path) -> Places:
    """Two question lessons, released into SQLite; 340 submissions wait, sixty learners' first lesson three times."""
    for edition in EDITIONS:
        target = root / "notebooks" / "lessons" / edition[:3] / f"{edition}.md"
        target.parent.mkdir(parents=True)
        shutil.copy(LESSONS / edition[:3] / f"{edition}.md", target)
    (root / "nbgrader_config.py").touch()
    places = Places(root)
    assert build(places).ok
    release(places, now=NOW)
    everyone = learners(LEARNERS)
    hand_in_class(places, EDITIONS[0], [*everyone, *everyone[:TWICE], *everyone[:TWICE]], seed=1)
    hand_in_class(places, EDITIONS[1], everyone, seed=2)
    return places


def check_each_once(places: Places, url: str, reference: Places, handed_in: dict[str, str]) -> None:
    """Each submission is graded once, the newest of each learner and edition is the grade, nothing is left over."""
    assert left_over(places) == []
    assert sorted(name for (name,) in logged(url, scores.c.submission)) == sorted(handed_in)
    found, wanted = book_rows(url), book_rows(in_file(reference))
    for rows in (found, wanted):  # an older submission that came second counted for nobody
        del rows["hocvuso_scores"], rows["hocvuso_audit"]
    assert found == wanted
    assert results(places) == results(reference)
    assert contents(places) == contents(reference)
    check_evidence(places, handed_in, dict(logged(url, scores.c.submission, scores.c.receipt)))
    hocvuso(places, "grade", url=url)
    assert export(places) == export(reference)
