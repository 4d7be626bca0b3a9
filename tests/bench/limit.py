"""The limit to compare with: a plain loop that only does what can't be left out.

It reads each waiting folder's answers, scores them with the questions' own pure functions, and writes the rows that
the grader writes (nbgrader's and ours) in one transaction. It checks no receipt, keeps no evidence, makes no file and
survives no crash. One process, one thread, no cache.

python -m tests.bench.limit COURSE EDITION
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import uuid
from pathlib import Path

from hocvuso.lessons.master import read_master
from hocvuso.places import Places

NOW = "2026-11-21T09:00:00.000000+00:00"


def main(root: str, edition: str) -> None:
    """Grade all that waits for ``edition`` and tell the count and the sum of points."""
    places = Places(Path(root))
    master = read_master(places.source / edition / f"{edition}.ipynb")
    database = sqlite3.connect(places.var / "grader" / "gradebook.db")
    assignment, notebook = database.execute(
        "SELECT a.id, n.id FROM assignment a JOIN notebook n ON n.assignment_id = a.id WHERE a.name = ?",
        (edition,),
    ).fetchone()
    cells = dict(
        database.execute(
            "SELECT b.name, g.id FROM grade_cells g JOIN base_cell b ON b.id = g.id WHERE b.notebook_id = ?",
            (notebook,),
        )
    )
    rows: dict[str, list[tuple[object, ...]]] = {
        name: []
        for name in ("student", "submitted_assignment", "submitted_notebook", "grade", "score", "audit")
    }
    total = 0
    for entry in os.scandir(places.inbound):
        learner, _, rest = entry.name.partition("+")
        with open(f"{entry.path}/answers.json", "rb") as file:  # noqa: PTH123  (the plainest loop there is)
            answers = json.load(file)["answers"]
        marks = {
            q.id: q.score(answers[q.id]["answer"] if q.id in answers else None).points
            for q in master.questions
        }
        submission, submitted = uuid.uuid4().hex, uuid.uuid4().hex
        when = rest.partition("+")[2][:26]
        rows["student"].append((learner, "", "", "", ""))
        rows["submitted_assignment"].append((submission, assignment, learner, when))
        rows["submitted_notebook"].append((submitted, submission, notebook))
        rows["grade"] += [
            (uuid.uuid4().hex, cells[name], submitted, float(points), 0) for name, points in marks.items()
        ]
        points = sum(marks.values())
        total += points
        rows["score"].append(
            (entry.name, learner, edition, "page", "graded", 1, float(points), float(master.points),
             json.dumps(marks), "limit", master.hash, "", "", NOW, NOW)
        )  # fmt: skip
        rows["audit"].append((NOW, "limit", "graded", f"{learner}/{edition}/{entry.name}", "{}"))
    _write(database, rows)
    sys.stdout.write(f"{len(rows['student'])} {total}\n")


def _write(database: sqlite3.Connection, rows: dict[str, list[tuple[object, ...]]]) -> None:
    statements = {
        "student": "INSERT OR IGNORE INTO student (id, first_name, last_name, email, lms_user_id) VALUES (?,?,?,?,?)",
        "submitted_assignment": "INSERT INTO submitted_assignment (id, assignment_id, student_id, timestamp) "
        "VALUES (?,?,?,?)",
        "submitted_notebook": "INSERT INTO submitted_notebook (id, assignment_id, notebook_id) VALUES (?,?,?)",
        "grade": "INSERT INTO grade (id, cell_id, notebook_id, auto_score, needs_manual_grade) VALUES (?,?,?,?,?)",
        "score": "INSERT INTO hocvuso_scores (submission, learner, edition, via, state, counts, points, out_of, "
        "questions, engine, master, submission_hash, receipt, handed_in, graded) "
        "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        "audit": "INSERT INTO hocvuso_audit (at, actor, action, subject, details) VALUES (?,?,?,?,?)",
    }
    with database:
        for name, statement in statements.items():
            database.executemany(statement, rows[name])
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
