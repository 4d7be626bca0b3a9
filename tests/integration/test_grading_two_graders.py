"""Two graders at once, and a database server that dies: each submission is graded once, none is lost."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TextIO

import postgresql
import psycopg
import pytest
from crash_course import copy_of, waiting
from postgresql_course import big_class, check_each_once, command, environment, hocvuso, in_file

from conftest import wait_for
from hocvuso.places import Places

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def big_course(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """A class of some hundred waits."""
    return big_class(tmp_path_factory.mktemp("big") / "course")


@pytest.fixture(scope="module")
def big_reference(big_course: Places, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """The same, graded by one grader into SQLite."""
    places = copy_of(big_course, tmp_path_factory.mktemp("reference") / "course")
    hocvuso(places, "grade")
    return places


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_graders_at_once(kind, big_course, big_reference, tmp_path, postgresql_server):
    """Two processes take a class in together: nobody is graded twice or left out, and none waits for ever."""
    places = copy_of(big_course, tmp_path / "course")
    url = in_file(places)
    if kind == "postgresql":
        url = postgresql_server.url(postgresql_server.new_database())
        hocvuso(places, "release", url=url)
    handed_in = waiting(places)
    graders = [
        subprocess.Popen(command(places, "grade"), env=environment(url), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [grader.communicate()[0] for grader in graders]
    assert [grader.returncode for grader in graders] == [0, 0]
    counts = [sum(int(n) for n in re.findall(r"\d+", lines.splitlines()[-1])) for lines in said]
    assert sum(counts) == len(handed_in), said
    check_each_once(places, url.replace("postgresql://", "postgresql+psycopg://"), big_reference, handed_in)


def test_a_server_that_dies_in_the_middle_loses_nothing(big_course, big_reference, tmp_path):
    """The watch goes on by itself when the server is back: each submission once, and what was there is there."""
    with postgresql.running_server() as server:
        database = server.new_database()
        places = copy_of(big_course, tmp_path / "course")
        plain = server.url(database)
        url = plain.replace("postgresql://", "postgresql+psycopg://")
        hocvuso(places, "release", url=plain)
        handed_in = waiting(places)
        log = (tmp_path / "watch.log").open("w+", encoding="utf-8")
        with log, server.connect(database) as connection:
            watch = subprocess.Popen(
                [sys.executable, "-c", WATCH, "--root", str(places.root), "grade", "--watch"],
                env=environment(plain), stdout=log, stderr=log,
            )  # fmt: skip
            try:
                wait_for("some are graded", lambda: count(connection) > 0, lambda: watch.poll() is None)
                server.kill()
                wait_for("the watch notices", lambda: has_noticed(log), lambda: watch.poll() is None)
                server.start()
                with server.connect(database) as again:
                    wait_for(
                        "all are graded", lambda: count(again) == len(handed_in), lambda: watch.poll() is None
                    )
                wait_for("all is cleared", lambda: not waiting(places), lambda: watch.poll() is None)
            finally:
                watch.terminate()
                watch.wait()
        check_each_once(places, url, big_reference, handed_in)


# the command, more eager to try again than an operator needs
WATCH = """
import sys
from hocvuso import database
from hocvuso.grading import watch
database.BUSY_SECONDS = 1
watch.AFTER_FAILURE = watch.RETRY_AFTER = 0.2
from hocvuso.cli import main
main(sys.argv[1:])
"""


def count(connection: psycopg.Connection) -> int:
    """How many submissions the log of scores knows."""
    row = connection.execute("SELECT count(DISTINCT submission) FROM hocvuso_scores").fetchone()
    return row[0] if row else 0


def read(log: TextIO) -> str:
    """What has been written so far."""
    log.flush()
    return Path(log.name).read_text("utf-8")


def has_noticed(log: TextIO) -> bool:
    """Whether the log says that the gradebook is away, of a look as a whole or of submissions."""
    return any(words in read(log) for words in ("Sổ điểm", "OperationalError"))
