"""All grades as one CSV file, from which certificates are made; for nbgrader's command see `hocvuso.records.export`.

One row per learner and edition that was handed in, graded or refused, in two queries however many rows there
are. The csv module quotes; what a spreadsheet would take for a formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, text

from hocvuso.durable import held
from hocvuso.errors import StorageError
from hocvuso.language import N_
from hocvuso.lessons.editions import lesson_of
from hocvuso.records.tables import open_gradebook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy.engine import Connection, Engine

    from hocvuso.places import Places

COLUMNS = (
    "lesson",
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "full_name",
    "unit",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "state",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

# nbgrader's own rule for a grade: the manual score, else the automatic one, with extra credit; else nothing
_SUBMISSIONS = """
SELECT a.name AS assignment, a.duedate AS duedate, sa.timestamp AS timestamp, s.id AS student_id,
       s.last_name AS last_name, s.first_name AS first_name, p.full_name AS full_name, p.unit AS unit,
       COALESCE(p.email, s.email) AS email,
       COALESCE(g.raw_score, 0) AS raw_score, COALESCE(n.penalty, 0) AS penalty, m.max_score AS max_score,
       COALESCE(g.manual, 0) AS manual
FROM submitted_assignment sa
JOIN assignment a ON a.id = sa.assignment_id
JOIN student s ON s.id = sa.student_id
LEFT JOIN hocvuso_people p ON p.learner = s.id
LEFT JOIN (SELECT assignment_id, SUM(late_submission_penalty) AS penalty
           FROM submitted_notebook GROUP BY assignment_id) n ON n.assignment_id = sa.id
LEFT JOIN (SELECT sn.assignment_id AS assignment_id,
                  SUM(CASE WHEN gr.manual_score IS NULL AND gr.auto_score IS NULL THEN 0
                           ELSE COALESCE(gr.manual_score, gr.auto_score) + COALESCE(gr.extra_credit, 0)
                           END) AS raw_score,
                  SUM(CASE WHEN gr.needs_manual_grade THEN 1 ELSE 0 END) AS manual
           FROM grade gr JOIN submitted_notebook sn ON sn.id = gr.notebook_id
           GROUP BY sn.assignment_id) g ON g.assignment_id = sa.id
LEFT JOIN (SELECT nb.assignment_id AS assignment_id, SUM(c.max_score) AS max_score
           FROM notebook nb JOIN base_cell b ON b.notebook_id = nb.id
           JOIN (SELECT id, max_score FROM grade_cells
                 UNION ALL SELECT id, max_score FROM task_cells) c ON c.id = b.id
           GROUP BY nb.assignment_id) m ON m.assignment_id = a.id
ORDER BY a.name {bytewise}, s.id {bytewise}
"""

_REFUSED = """
SELECT * FROM (
    SELECT DISTINCT sc.edition AS assignment, sc.learner AS student_id, p.full_name AS full_name,
           p.unit AS unit, p.email AS email, s.last_name AS last_name, s.first_name AS first_name
    FROM hocvuso_scores sc
    JOIN assignment a ON a.name = sc.edition
    LEFT JOIN hocvuso_people p ON p.learner = sc.learner
    LEFT JOIN student s ON s.id = sc.learner
    WHERE sc.state = 'refused' AND sc.learner IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM submitted_assignment sa WHERE sa.assignment_id = a.id AND sa.student_id = sc.learner)
) refused
ORDER BY assignment {bytewise}, student_id {bytewise}
"""

# PostgreSQL sorts text as people of some country do, SQLite by bytes: the export is the same from both
_BYTEWISE = {"postgresql": 'COLLATE "C"'}
_AT_ONCE = 2000  # rows in memory


def write_export(places: Places) -> Path:
    """Write all grades to ``var/exports/grades.csv``, by one rename; the file's path."""
    target = places.exports / "grades.csv"
    with open_gradebook(places) as engine:
        write_grades(engine, target)
    return target


def write_grades(
    engine: Engine, target: Path, students: Collection[str] = (), assignments: Collection[str] = ()
) -> None:
    """Write the grades of ``students`` in ``assignments`` to ``target``, by one rename; of all where none are named."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with held(target.parent):  # always the same temporary name: what a killed process left is written over
        _write_held(engine, target, students, assignments)


def _write_held(
    engine: Engine, target: Path, students: Collection[str], assignments: Collection[str]
) -> None:
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        with part.open("x", encoding="utf-8", newline="") as file, _reading(engine) as connection:
            rows = csv.DictWriter(file, COLUMNS)
            rows.writeheader()
            for row in _rows(connection):
                if (not students or row["student_id"] in students) and (
                    not assignments or row["assignment"] in assignments
                ):
                    rows.writerow({column: _cell(row[column]) for column in COLUMNS})
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o640)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(
            N_("Không ghi được tệp xuất điểm ({why}); tệp trước vẫn còn. Hãy chạy lại sau."),
            why=error.strerror,
        ) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _reading(engine: Engine) -> Connection:
    """A connection whose queries all see the gradebook as it is now, and that keeps few rows in memory."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return engine.connect().execution_options(yield_per=_AT_ONCE)


def _rows(connection: Connection) -> Iterator[dict[str, Any]]:
    bytewise = _BYTEWISE.get(connection.dialect.name, "")
    submissions = text(_SUBMISSIONS.format(bytewise=bytewise)).columns(duedate=DateTime, timestamp=DateTime)
    for found in connection.execute(submissions).mappings():
        row = _who(dict(found))
        yield row | {
            "late_submission_penalty": row["penalty"],
            "score": max(0.0, row["raw_score"] - row["penalty"]),
            "state": "partly" if row["manual"] else "graded",
        }
    for found in connection.execute(text(_REFUSED.format(bytewise=bytewise))).mappings():
        yield dict.fromkeys(COLUMNS) | _who(dict(found)) | {"state": "refused"}


def _who(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its lesson, and with a full name even for who is not in the register."""
    known = " ".join(filter(None, (row["last_name"], row["first_name"])))
    full = row["full_name"] or known or row["student_id"]
    last, _, first = full.partition(" ")
    names = {
        "full_name": full,
        "last_name": row["last_name"] or last,
        "first_name": row["first_name"] or first,
    }
    return row | names | {"lesson": lesson_of(row["assignment"])}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    shown = str(value)
    return "'" + shown if isinstance(value, str) and shown.startswith(_FORMULA) else shown
