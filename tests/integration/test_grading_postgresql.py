"""The gradebook on PostgreSQL: the same rows as in SQLite, two graders at once, a server that dies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import postgresql
import pytest
from crash_course import check_evidence, contents, copy_of, export, left_over, results, waiting, waiting_class
from nbgrader.api import Comment, Course, Grade, Gradebook, SubmittedAssignment
from sqlalchemy import create_engine, select

from hocvuso.certificates.issue import certify
from hocvuso.certificates.rules import read_rules
from hocvuso.lessons.release import release
from hocvuso.places import COURSE, Places
from hocvuso.records.tables import audit_log, scores

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
RULES = """
[[certificate]]
id = "thu"
version = 1
name = "Thử"
name_en = "Trial"
description = "Thử."
criteria = "Đạt bài."
lesson = [{id = "t14-05", title = "Bài", pass = 0.9}]
"""


@pytest.fixture(scope="module")
def class_waits(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Forty-two submissions that wait; the course was released into SQLite."""
    return waiting_class(tmp_path_factory.mktemp("waits") / "course")


@pytest.fixture
def on_server(class_waits: Places, tmp_path: Path, postgresql_server: postgresql.Server,
              monkeypatch: pytest.MonkeyPatch) -> Places:  # fmt: skip
    """The same class, the same course, released into PostgreSQL."""
    places = copy_of(class_waits, tmp_path / "on-server")
    (places.var / "grader" / "gradebook.db").unlink()
    monkeypatch.setenv("HOCVUSO_GRADEBOOK", postgresql_server.url(postgresql_server.new_database()))
    release(places, now=NOW)
    return places


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


def test_the_main_road_gives_the_same_rows(class_waits, on_server, tmp_path):
    """Release, submit, grade, export, certify: gradebook, results, feedback and certificates are SQLite's."""
    url = on_server.gradebook_url
    in_file = copy_of(class_waits, tmp_path / "in-file")
    people = tmp_path / "lop.csv"
    people.write_text(
        "learner,full_name,unit,email\n"
        + "".join(f"hv-{n:02},Đặng Thị Ước {'ABCDEFGH'[n % 8]},“Vụ” Đ,ước{n}@x.vn\n" for n in range(28)),
        encoding="utf-8",
    )
    handed_in = waiting(on_server)
    for places, where in ((in_file, None), (on_server, url)):
        hocvuso(places, "people", str(people), url=where)
        hocvuso(places, "grade", url=where)
        hocvuso(places, "grade", url=where)  # twice gives the same
    assert book_rows(url) == book_rows(f"sqlite:///{in_file.var / 'grader' / 'gradebook.db'}")
    assert not (on_server.var / "grader" / "gradebook.db").exists()
    assert left_over(on_server) == []
    assert results(on_server) == results(in_file)
    assert contents(on_server) == contents(in_file)
    assert export(on_server) == export(in_file)
    check_evidence(on_server, handed_in, dict(logged(url, scores.c.submission, scores.c.receipt)))
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    rules = read_rules(tmp_path / "rules.toml")
    issued = [
        {held.learner for held in certify(p, p.exports / "grades.csv", rules=rules, now=NOW).issued}
        for p in (in_file, on_server)
    ]
    assert issued[0] == issued[1] != set()


def logged(url: str, *columns: Any) -> list[Any]:
    """Columns of the log of scores."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(select(*columns).order_by(scores.c.id)).all()
    engine.dispose()
    return list(found)


def test_nbgraders_own_tools_work_on_it(on_server):
    """`nbgrader export` with our plug-in and with nbgrader's own, and `nbgrader db`, find what was graded."""
    hocvuso(on_server, "grade", url=on_server.gradebook_url)
    programs = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}  # nbgrader starts alembic
    shutil.copy(Path(__file__).parents[2] / "nbgrader_config.py", on_server.root)
    for words in (
        ["export", "--to=ours.csv"],
        ["export", "--exporter=nbgrader.plugins.CsvExportPlugin", "--to=theirs.csv"],
        ["db", "student", "list"],
        ["db", "upgrade"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=on_server.root, env=os.environ | programs, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert (on_server.root / "ours.csv").read_bytes() == (on_server.exports / "grades.csv").read_bytes()
    assert len((on_server.root / "theirs.csv").read_text("utf-8").splitlines()) > 40
