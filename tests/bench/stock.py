"""The other side: ``nbgrader autograde`` as it is installed, on copies of the same submissions.

It runs as the command does, in a course folder of its own with the same source editions and a copy of the same
gradebook as it was before anything was graded. nbgrader grades one submission after the other.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.bench.processes import Used, run

from hocvuso.places import COURSE, Places, folder_of, learner_of

CONFIG = f"""
c = get_config()
c.CourseDirectory.course_id = {COURSE!r}
c.CourseDirectory.db_url = "sqlite:///gradebook.db"
"""
Rows = dict[str, dict[str, tuple[float | None, int]]]


def make_stock_course(places: Places, root: Path, edition: str) -> Path:
    """A course for nbgrader at ``root`` with the edition in it and nobody's submission."""
    root.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG, "utf-8")
    shutil.copytree(places.source / edition, root / "source" / edition)
    shutil.copy(places.var / "grader" / "gradebook.db", root / "gradebook.db")
    return root


def collect(places: Places, root: Path, edition: str, names: Sequence[str]) -> None:
    """Put copies of the waiting folders ``names`` where ``nbgrader collect`` would put them."""
    for name in names:
        folder = places.inbound / name
        learner = learner_of(name.split("+", 1)[0])
        if not folder.is_dir():
            folder = places.labs / folder_of(learner) / "inbound" / name
        shutil.copytree(folder, root / "submitted" / learner / edition)


def autograde(root: Path, edition: str) -> Used:
    """The command, from its start to its end."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [sys.executable, "-m", "nbgrader", "autograde", edition]
    return run(command, cwd=root, env={"PATH": path, "PYTHONWARNINGS": "ignore"})


def rows(database: Path, edition: str) -> Rows:
    """Every automatic score in a gradebook by learner and cell, and whether a person must look."""
    query = """
        SELECT sa.student_id, b.name, g.auto_score, g.needs_manual_grade
        FROM grade g JOIN submitted_notebook sn ON sn.id = g.notebook_id
        JOIN submitted_assignment sa ON sa.id = sn.assignment_id JOIN assignment a ON a.id = sa.assignment_id
        JOIN base_cell b ON b.id = g.cell_id WHERE a.name = ?"""
    found: Rows = {}
    with closing(sqlite3.connect(database)) as connection:
        for learner, cell, score, manual in connection.execute(query, (edition,)):
            found.setdefault(learner, {})[cell] = (score, int(manual or 0))
    return found


def check_same(places: Places, root: Path, edition: str, learners: Sequence[str]) -> None:
    """End the benchmark when the two sides gave different grades: then there is nothing to compare."""
    theirs = rows(root / "gradebook.db", edition)
    ours = rows(places.var / "grader" / "gradebook.db", edition)
    for learner in learners:
        if not theirs.get(learner) or theirs[learner] != ours.get(learner):
            raise SystemExit(
                f"the two sides disagree about {learner}: {theirs.get(learner)} {ours.get(learner)}"
            )
