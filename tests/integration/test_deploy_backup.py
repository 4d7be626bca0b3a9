"""A saved course is the same course again: answers, grades, keys and what waits."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from site_course import ALICE, LESSON, make_site_course
from zones_course import CHECKOUT

from hocvuso.exchange.answers import AnswerStore
from hocvuso.exchange.receipts import SiteKey
from hocvuso.exchange.submit import submit
from hocvuso.grading.grade import grade_waiting
from hocvuso.lessons.master import read_master
from hocvuso.places import Places

pytestmark = pytest.mark.slow
BACKUP = CHECKOUT / "deploy" / "backup.sh"


def now() -> datetime:
    """The current time."""
    return datetime.now(UTC)


def backup(*words: object) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    return subprocess.run(["bash", BACKUP, *map(str, words)], capture_output=True, text=True, check=False)


def hand_in(places: Places, learner: str, receipt: str) -> None:
    """The learner answers the first question and hands in."""
    question = read_master(places.source / LESSON / f"{LESSON}.ipynb").questions[0]
    store = AnswerStore(places.answers, now)
    store.save(learner, LESSON, question.asked(), "b", seen=0, edited=now())
    submit(places, store, SiteKey.load_or_make(places.site_keys), learner, LESSON, now(), lambda: receipt)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """A course in which one submission is graded and another one waits."""
    places = make_site_course(tmp_path_factory.mktemp("khoa").resolve())
    hand_in(places, ALICE, "first")
    assert grade_waiting(places, report=lambda _: None, now=now, new_id=lambda: "grade-1").graded == 1
    hand_in(places, "chi", "second")
    (places.var / "logs").mkdir(exist_ok=True)
    (places.var / "logs" / "hub.log").write_text("a log", encoding="utf-8")
    return places


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A checkout in which nobody has worked."""
    root = tmp_path / "moi"
    root.mkdir()
    shutil.copy(CHECKOUT / "nbgrader_config.py", root)
    return root


def everything(root: Path) -> dict[str, tuple[int, bytes]]:
    """Each file's rights and content, without the logs."""
    folders = ("notebooks", "source", "release", "autograde", "exchange", "var")
    files = [p for folder in folders for p in (root / folder).rglob("*") if p.is_file()]
    kept = [p for p in files if p.relative_to(root).parts[:2] != ("var", "logs")]
    return {str(p.relative_to(root)): (p.stat().st_mode, p.read_bytes()) for p in kept}


def test_a_restored_course_goes_on_where_it_was(lived_in: Places, tmp_path: Path, fresh: Path):
    """Every file with its rights; what was graded is not graded again, what waited is graded now."""
    file = tmp_path / "sao.tar.gz"
    saved = backup("save", lived_in.root, file)
    assert saved.returncode == 0, saved.stderr
    assert file.stat().st_mode & 0o077 == 0, "it holds keys"
    restored = backup("restore", file, fresh)
    assert restored.returncode == 0, restored.stderr
    assert everything(fresh) == everything(lived_in.root)
    assert not (fresh / "var" / "logs").exists()
    places = Places(fresh)
    with closing(sqlite3.connect(places.var / "grader" / "gradebook.db")) as gradebook:
        assert gradebook.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert grade_waiting(places, report=lambda _: None, now=now, new_id=lambda: "grade-2").graded == 1
    assert (places.results / "chi" / f"{LESSON}.json").is_file()


def test_nothing_is_saved_while_somebody_works(lived_in: Places, tmp_path: Path):
    """A process that serves this course is named; no file is left."""
    file = tmp_path / "sao.tar.gz"
    worker = subprocess.Popen(
        [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"],
        env=os.environ | {"HOCVUSO_ROOT": str(lived_in.root)},
        stdout=subprocess.PIPE,
    )
    try:
        assert worker.stdout is not None
        worker.stdout.readline()
        refused = backup("save", lived_in.root, file)
    finally:
        worker.kill()
        worker.communicate()
    assert refused.returncode == 1
    assert f"process {worker.pid} is at work" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_copy_is_refused_before_anything_is_written(lived_in: Places, tmp_path: Path, fresh: Path):
    """One byte is enough."""
    file = tmp_path / "sao.tar.gz"
    assert backup("save", lived_in.root, file).returncode == 0
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    refused = backup("restore", file, fresh)
    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    assert [p.name for p in fresh.iterdir()] == ["nbgrader_config.py"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("save", "{root}", "{root}/sao.tar.gz"), "inside"),
        (("save", "{empty}", "{there}/x.tar.gz"), "no course folder"),
        (("restore", "{there}/none.tar.gz", "{root}"), "no file"),
        (("restore", "{root}/nbgrader_config.py", "{root}"), "holds data already"),
        (("save", "{root}"), "two places"),
        ((), "save or restore?"),
    ],
)
def test_mistakes_end_in_a_sentence(lived_in: Places, tmp_path: Path, words, says):
    """And change nothing."""
    (tmp_path / "empty").mkdir()
    fields = {"root": lived_in.root, "empty": tmp_path / "empty", "there": tmp_path}
    before = everything(lived_in.root)
    refused = backup(*(word.format(**fields) for word in words))
    assert refused.returncode == 1
    assert says in refused.stderr
    assert everything(lived_in.root) == before
