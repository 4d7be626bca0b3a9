"""The gradebook on PostgreSQL: the same rows as in SQLite, nbgrader's tools, roles and rights, the password."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from urllib.parse import quote

import postgresql
import psycopg
import pytest
from crash_course import check_evidence, contents, copy_of, export, left_over, results, waiting, waiting_class
from nbgrader.api import Gradebook
from postgresql_course import NOW, book_rows, command, environment, hocvuso, in_file, logged

from hocvuso.certificates.issue import certify
from hocvuso.certificates.rules import read_rules
from hocvuso.lessons.release import release
from hocvuso.places import COURSE, Places
from hocvuso.records.tables import scores

pytestmark = pytest.mark.slow
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


def test_the_main_road_gives_the_same_rows(class_waits, on_server, tmp_path):
    """Release, submit, grade, export, certify: gradebook, results, feedback and certificates are SQLite's."""
    url = on_server.gradebook_url
    plain = copy_of(class_waits, tmp_path / "in-file")
    people = tmp_path / "lop.csv"
    people.write_text(
        "learner,full_name,unit,email\n"
        + "".join(f"hv-{n:02},Đặng Thị Ước {'ABCDEFGH'[n % 8]},“Vụ” Đ,ước{n}@x.vn\n" for n in range(28)),
        encoding="utf-8",
    )
    handed_in = waiting(on_server)
    for places, where in ((plain, None), (on_server, url)):
        hocvuso(places, "people", str(people), url=where)
        hocvuso(places, "grade", url=where)
        hocvuso(places, "grade", url=where)  # twice gives the same
    assert book_rows(url) == book_rows(in_file(plain))
    assert not (on_server.var / "grader" / "gradebook.db").exists()
    assert left_over(on_server) == []
    assert results(on_server) == results(plain)
    assert contents(on_server) == contents(plain)
    assert export(on_server) == export(plain)
    check_evidence(on_server, handed_in, dict(logged(url, scores.c.submission, scores.c.receipt)))
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    rules = read_rules(tmp_path / "rules.toml")
    issued = [
        {held.learner for held in certify(p, p.exports / "grades.csv", rules=rules, now=NOW).issued}
        for p in (plain, on_server)
    ]
    assert issued[0] == issued[1] != set()


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


# rights


ROLES = Path(__file__).parents[2] / "deploy" / "postgresql"
OWNER, GRADER, TRAINER = "hocvuso_owner", "hocvuso_grader", "hocvuso_trainer"


def psql(server: postgresql.Server, database: str, user: str, file: Path) -> None:
    """Run a file of statements as the documentation says."""
    subprocess.run(
        ["psql", "--no-psqlrc", "--quiet", f"--file={file}", server.url(database, user=user)],
        check=True, capture_output=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def with_roles(postgresql_server: postgresql.Server) -> postgresql.Server:
    """The server with the roles of an installation."""
    psql(postgresql_server, "postgres", postgresql_server.superuser, ROLES / "roles.sql")
    return postgresql_server


def test_an_installations_roles_are_enough_and_no_more(class_waits, with_roles, tmp_path, monkeypatch):
    """The owner makes the tables, the grader grades, a trainer grades by hand; nobody of them changes a log."""
    server, database = with_roles, with_roles.new_database(owner=OWNER)
    urls = {role: server.url(database, user=role) for role in (OWNER, GRADER, TRAINER)}
    places = copy_of(class_waits, tmp_path / "course")
    hocvuso(places, "release", url=urls[OWNER])
    psql(server, database, OWNER, ROLES / "rights.sql")
    psql(server, database, OWNER, ROLES / "rights.sql")  # again, as after an update
    hocvuso(places, "release", url=urls[GRADER])
    hocvuso(places, "grade", url=urls[GRADER])
    monkeypatch.setenv("HOCVUSO_GRADEBOOK", urls[TRAINER])
    with Gradebook(places.gradebook_url, COURSE) as book:
        submission = book.find_submission("t14-05", "hv-01")
        submission.notebooks[0].grades[0].manual_score = 0.5
        book.db.commit()
    people = tmp_path / "lop.csv"
    people.write_text("learner,full_name,unit\nhv-01,Nguyễn An,X\n", encoding="utf-8")
    refused = subprocess.run(
        command(places, "people", str(people)),
        env=environment(urls[TRAINER]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (refused.returncode, "thiếu quyền" in refused.stderr) == (1, True)
    for table, column in (("hocvuso_scores", "state"), ("hocvuso_audit", "actor")):
        change = f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"  # noqa: S608
        take_over = f"ALTER TABLE {table} DISABLE TRIGGER ALL", f"DROP TABLE {table}"
        for role, statement in product((GRADER, TRAINER), (*change, *take_over)):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                execute(server.url(database, user=role), statement)
        for statement in change:
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"):
                execute(server.url(database, user=OWNER), statement)


def execute(url: str, statement: str) -> None:
    """One statement, in a transaction of its own."""
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def test_a_password_stays_out_of_what_is_printed(class_waits, postgresql_server, tmp_path):
    """Right or wrong, with characters that addresses give a meaning to; the server's own reason is told."""
    server, password = postgresql_server, "bí/mật@%:1"
    with server.connect() as connection:
        connection.execute(f"CREATE ROLE {postgresql.WITH_PASSWORD} LOGIN PASSWORD '{password}'")
    database = server.new_database(owner=postgresql.WITH_PASSWORD)
    places = copy_of(class_waits, tmp_path / "course")
    right = server.url(database, user=postgresql.WITH_PASSWORD, password=password)
    assert "Đã phát hành" in hocvuso(places, "release", url=right)
    wrong = server.url(database, user=postgresql.WITH_PASSWORD, password="sai" + password)
    done = subprocess.run(
        command(places, "grade"), env=environment(wrong), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "password authentication failed" in done.stderr
    for part in (password, quote(password, safe=""), "Traceback"):
        assert part not in done.stdout + done.stderr
