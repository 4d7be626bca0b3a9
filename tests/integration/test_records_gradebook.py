"""Register, audit log and export live in nbgrader's own database, beside nbgrader's tables."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import event, insert, text
from sqlalchemy.exc import IntegrityError

from hocvuso.places import COURSE, Places
from hocvuso.records.audit import note_deed
from hocvuso.records.export import HocVuSoExporter
from hocvuso.records.grades_csv import COLUMNS, write_export
from hocvuso.records.people import People, Person, import_people
from hocvuso.records.tables import open_gradebook, scores

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),  # nbgrader's add_submission
]
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path, gradebook_kind: str) -> Places:
    """A course with a gradebook: one assignment of two editions, three learners, one of them refused."""
    places = Places(tmp_path)
    with open_gradebook(places) as engine, Gradebook(places.gradebook_url, COURSE) as book:
        for edition in ("t14-05", "t14-05-e2"):
            book.add_assignment(edition)
            book.add_notebook(edition, edition)
            for cell in ("c1", "c2"):
                book.add_grade_cell(cell, edition, edition, max_score=2, cell_type="code")
        for learner in ("an", "binh", "=cmd"):
            book.add_student(learner)
            book.add_submission("t14-05", learner, timestamp=NOW.replace(tzinfo=None))
        grade(book, "an", "c1", auto_score=2.0, needs_manual_grade=False)
        grade(book, "an", "c2", auto_score=1.0, manual_score=1.5, extra_credit=0.25, needs_manual_grade=False)
        grade(book, "binh", "c1", auto_score=2.0, needs_manual_grade=False)
        book.find_submission_notebook("t14-05", "t14-05", "an").late_submission_penalty = 0.5
        book.db.commit()
        refused = {
            "submission": "s",
            "learner": "cuong",
            "edition": "t14-05",
            "via": "page",
            "state": "refused",
        }
        rest = {
            "questions": "{}",
            "engine": "1",
            "master": "",
            "submission_hash": "",
            "graded": "",
            "counts": False,
        }
        with engine.begin() as connection:
            connection.execute(insert(scores).values(**refused, **rest))
    return places


def grade(book: Gradebook, learner: str, cell: str, **values: object) -> None:
    """Set a grade."""
    row = book.find_grade(cell, "t14-05", "t14-05", learner)
    for name, value in values.items():
        setattr(row, name, value)


def enlist(places: Places, text: str) -> int:
    """Import a list of people."""
    path = places.root / "lop.csv"
    path.write_text(text, encoding="utf-8")
    return import_people(places, path, now=NOW)


def exported(path: Path) -> dict[str, dict[str, str]]:
    """The export's rows by learner."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def test_people_are_registered_and_named_in_nbgrader(places):
    """The register has the unit; formgrader gets the name; a second import replaces the first."""
    assert enlist(places, "learner,full_name,unit\nan,Nguyễn An,X\nmoi,Lê Mới,Y\n") == 2
    enlist(places, 'learner,full_name,unit,email\nan,Nguyễn Văn An,"Vụ A, B",an@x.vn\n')
    assert People(places).find("an") == Person("an", "Nguyễn Văn An", "Vụ A, B", "an@x.vn")
    assert [p.learner for p in People(places).everyone()] == ["an", "moi"]
    assert People(places).find("khong") is None
    with Gradebook(places.gradebook_url, COURSE) as book:
        student = book.find_student("an")
        assert (student.last_name, student.first_name, student.email) == ("Nguyễn", "Văn An", "an@x.vn")


def test_a_register_made_first_leaves_nbgrader_a_whole_database(tmp_path, gradebook_kind):
    """People may be imported before anything is released; nbgrader then finds its tables and their version."""
    places = Places(tmp_path)
    enlist(places, "learner,full_name,unit\nan,Nguyễn An,X\n")
    with open_gradebook(places) as engine, engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
        assert connection.execute(text("SELECT count(*) FROM submitted_assignment")).scalar() == 0


def test_the_export_has_a_row_per_submission_and_one_per_refusal(places):
    """Manual score and extra credit count as in nbgrader, the penalty is taken off, refusals have no score."""
    enlist(
        places, 'learner,full_name,unit,email\nan,Nguyễn Văn An,"Vụ A, B",an@x.vn\ncuong,"Lê ""Cường""",Y,\n'
    )
    path = write_export(places)
    assert path.read_text("utf-8").splitlines()[0].split(",") == list(COLUMNS)
    rows = exported(path)
    an = rows["an"]
    assert (an["raw_score"], an["late_submission_penalty"], an["score"], an["max_score"]) == (
        "3.75",
        "0.5",
        "3.25",
        "4",
    )
    assert (an["lesson"], an["full_name"], an["unit"], an["state"]) == (
        "t14-05",
        "Nguyễn Văn An",
        "Vụ A, B",
        "graded",
    )
    assert (rows["binh"]["score"], rows["binh"]["state"], rows["binh"]["full_name"]) == (
        "2",
        "partly",
        "binh",
    )
    assert (rows["cuong"]["state"], rows["cuong"]["score"], rows["cuong"]["full_name"]) == (
        "refused",
        "",
        'Lê "Cường"',
    )


def test_the_scores_are_nbgraders_own(places):
    """Our SQL and nbgrader's model agree on every submission."""
    rows = exported(write_export(places))
    with Gradebook(places.gradebook_url, COURSE) as book:
        for learner in ("an", "binh"):
            found = book.find_submission("t14-05", learner)
            assert float(rows[learner]["raw_score"]) == found.score
            assert float(rows[learner]["max_score"]) == found.max_score
            assert float(rows[learner]["late_submission_penalty"]) == (found.late_submission_penalty or 0)


def test_a_spreadsheet_finds_no_formula(places):
    """A user name that begins like a formula is told apart by an apostrophe."""
    assert "'=cmd" in exported(write_export(places))


def test_the_export_needs_as_many_queries_for_three_rows_as_for_a_thousand(places):
    """Rows are read in a fixed number of queries."""
    counts = []
    for more in (0, 40):
        with Gradebook(places.gradebook_url, COURSE) as book:
            for i in range(more):
                book.add_student(f"s{i}")
                book.add_submission("t14-05", f"s{i}")
            seen: list[str] = []
            event.listen(book.engine, "before_cursor_execute", lambda *args, seen=seen: seen.append(args[2]))
            exporter = HocVuSoExporter()
            exporter.to = str(places.root / "out.csv")
            exporter.export(book)
            counts.append(sum(statement.lstrip().startswith("SELECT a.name") for statement in seen))
            total = len(seen)
        counts.append(total)
    assert counts[0] == counts[2] == 1
    assert counts[1] == counts[3]
    assert len(exported(places.root / "out.csv")) == 44


def test_nbgrader_export_takes_our_plugin(places):
    """`nbgrader export --exporter=…` writes the same file, and honours --assignment."""
    enlist(places, 'learner,full_name,unit\nan,Nguyễn Văn An,"Vụ A, B"\n')
    command = [sys.executable, "-m", "nbgrader", "export", "--exporter=hocvuso.records.export.HocVuSoExporter",
               "--to=out.csv", f"--db={places.gradebook_url}"]  # fmt: skip
    done = subprocess.run(command, cwd=places.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (places.root / "out.csv").read_bytes() == write_export(places).read_bytes()
    subprocess.run([*command, '--assignment=["t14-05-e2"]'], cwd=places.root, check=True, capture_output=True)
    assert exported(places.root / "out.csv") == {}


@pytest.mark.parametrize(
    "statement", ["UPDATE hocvuso_{} SET {} = 'x'", "DELETE FROM hocvuso_{}", "TRUNCATE hocvuso_{}"]
)
@pytest.mark.parametrize(("table", "column"), [("audit", "actor"), ("scores", "state")])
def test_logs_can_not_be_changed(places, gradebook_kind, statement, table, column):
    """The database itself refuses to change or delete an entry."""
    if gradebook_kind == "sqlite":
        statement = statement.replace("TRUNCATE", "DELETE FROM")  # it has no other word for it
    with open_gradebook(places) as engine:
        with engine.begin() as connection:
            note_deed(connection, actor="a", action="b", subject="c", now=NOW)
        with pytest.raises(IntegrityError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement.format(table, column)))


def test_a_learners_odd_characters_are_kept_as_far_as_text_can(places):
    """A file or an answer may be named with a character 0, which a database need not know: the entry is there."""
    with open_gradebook(places) as engine:
        row = {"submission": "s0", "learner": "an", "edition": "t14-05", "via": "page", "state": "graded"}
        rest = {
            "questions": "{}",
            "engine": "1",
            "master": "",
            "submission_hash": "",
            "graded": "",
            "counts": True,
        }
        with engine.begin() as connection:
            connection.execute(insert(scores).values(reason="câu a\0b “ệ” 😀", **row, **rest))
            found = connection.execute(
                text("SELECT reason FROM hocvuso_scores WHERE submission = 's0'")
            ).scalar()
    assert found == "câu a\ufffdb “ệ” 😀"


def test_an_audit_entry_falls_with_its_deed(places):
    """What is rolled back has left no entry."""
    with open_gradebook(places) as engine:
        with pytest.raises(ZeroDivisionError), engine.begin() as connection:  # noqa: PT012  (the deed and its fall)
            note_deed(connection, actor="a", action="b", subject="c", now=NOW)
            1 / 0  # noqa: B018
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM hocvuso_audit")).scalar() == 0
