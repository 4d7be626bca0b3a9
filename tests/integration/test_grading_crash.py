"""Killed at any moment, held up by another writer, out of space: the next run does the rest, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import crash_cases
import pytest
from crash_course import LARGE, check_whole, copy_of, grade, killing_moments, waiting, waiting_class
from grading_course import QUESTIONS, School
from killed import Moment, count_steps, kill, moments

from hocvuso import database
from hocvuso.errors import StorageError
from hocvuso.exchange import folders
from hocvuso.grading import grade as grade_module
from hocvuso.grading import watch as watch_module
from hocvuso.lessons import swap as swap_module
from hocvuso.places import Places

pytestmark = pytest.mark.slow
SEED, COUNT = 398, 3
KILLS = 5


@pytest.fixture(scope="module")
def class_waits(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Forty-two submissions that wait."""
    return waiting_class(tmp_path_factory.mktemp("waits") / "course")


@pytest.fixture(scope="module")
def large_waits(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Nearly three hundred."""
    return waiting_class(tmp_path_factory.mktemp("large") / "course", **LARGE)


@pytest.fixture(scope="module")
def large_graded(large_waits: Places, tmp_path_factory: pytest.TempPathFactory) -> tuple[Places, int]:
    """The same class, graded without interruption, and how many steps that took."""
    places = copy_of(large_waits, tmp_path_factory.mktemp("large-graded") / "course")
    return places, count_steps(places.root, "--root", str(places.root), "grade")


@pytest.fixture(scope="module")
def graded(class_waits: Places, tmp_path_factory: pytest.TempPathFactory) -> tuple[Places, int]:
    """The same class, graded without interruption, and how many steps that took."""
    places = copy_of(class_waits, tmp_path_factory.mktemp("graded") / "course")
    return places, count_steps(places.root, "--root", str(places.root), "grade")


@pytest.fixture
def school(class_waits: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """A copy of the course in which nothing waits yet."""
    monkeypatch.delenv("HOCVUSO_GRADEBOOK", raising=False)
    places = copy_of(class_waits, tmp_path / "course")
    shutil.rmtree(places.labs)
    for folder in places.inbound.iterdir():
        shutil.rmtree(folder)
    return School(places)


# killed


@pytest.mark.parametrize("number", range(KILLS))
def test_a_grader_that_was_killed_is_completed(large_waits, large_graded, tmp_path, number):
    """One result, one grade, one line in the log and whole evidence for each; the export is the same."""
    reference, steps = large_graded
    places = copy_of(large_waits, tmp_path / "course")
    handed_in = waiting(places)
    kill(places.root, killing_moments(SEED, KILLS, steps)[number], "--root", str(places.root), "grade")
    grade(places)
    check_whole(places, handed_in, reference)


def test_certificates_survive_kills(tmp_path):
    """No certificate twice, none half, register and files agree, and all are valid."""
    root = crash_cases.certificates_due(tmp_path / "whole")
    steps = count_steps(root, *crash_cases.certify_words(root))
    crash_cases.check_certificates(root)
    for number, moment in enumerate(moments(SEED, COUNT, steps)):
        crash_cases.certificates_survive(tmp_path / str(number), moment)


def test_answers_survive_kills(tmp_path):
    """The answers are whole at every moment; after the next edit the history has each revision once."""
    (tmp_path / "whole").mkdir()
    steps = count_steps(tmp_path / "whole", str(tmp_path / "whole"), code=crash_cases.SAVING)
    (tmp_path / "answers").mkdir()
    for moment in moments(SEED, 2 * COUNT, steps):
        crash_cases.answers_survive(tmp_path / "answers", moment)
    history = tmp_path / "answers" / "an" / "t14-05" / "history.jsonl"
    history.write_bytes(history.read_bytes() + b'{"question": "c0", "ans')  # as a loss of power leaves it
    crash_cases.answers_survive(tmp_path / "answers", Moment(steps // 2))


def test_builds_survive_kills(tmp_path):
    """The earlier build or the new one is there, never a mixture that counts as built; the next build repairs."""
    earlier = crash_cases.build_course(tmp_path / "earlier")
    later = tmp_path / "later"
    shutil.copytree(earlier, later)
    crash_cases.change_texts(later)
    steps = count_steps(later, "--root", str(later), "build")
    for number, moment in enumerate(moments(SEED, COUNT, steps)):
        crash_cases.build_survives(tmp_path / str(number), moment, earlier, later)


def test_a_file_system_that_can_not_exchange_names_loses_no_build(tmp_path, monkeypatch):
    """With two renames instead of one, an earlier build that was moved aside comes back with the next build."""
    root = crash_cases.build_course(tmp_path / "course")
    places = Places(root)
    before = crash_cases.halves(root, "t14-05")
    left = places.source / ".staging-x" / "old" / "release"
    left.mkdir(parents=True)
    swap_module.put_in_place(places.release / "t14-05", left / "t14-05", tmp_path / "old")
    lesson = places.lessons / "t14" / "t14-05.md"
    lesson.write_text(
        lesson.read_text("utf-8") + "\n```{code-cell}\n:tags: [question]\nKhông()\n```\n", "utf-8"
    )
    monkeypatch.setattr(swap_module, "exchange", lambda *_: False)
    with pytest.raises(AssertionError):  # the lesson is refused
        crash_cases.run(root, "build")
    assert crash_cases.halves(root, "t14-05") == before


# held up


def locked(places: Places) -> sqlite3.Connection:
    """The gradebook, in the hands of another writer until the connection is closed."""
    connection = sqlite3.connect(places.var / "grader" / "gradebook.db", check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    return connection


def test_a_gradebook_that_is_locked_for_seconds_is_waited_for(school):
    """Another writer's three seconds are no failure."""
    school.on_site("an", school.answers(QUESTIONS, "right"))
    with closing(locked(school.places)) as other:
        release = threading.Timer(3, other.rollback)
        release.start()
        assert school.grade().graded == 1
        release.join()


def test_a_gradebook_that_stays_locked_keeps_everything_waiting(school, monkeypatch, caplog):
    """Locked from the start: one sentence, nothing taken. Locked in between: the log says why. Then graded once."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    school.on_site("an", school.answers(QUESTIONS, "right"))
    with closing(locked(school.places)), pytest.raises(StorageError, match="database is locked"):
        school.grade()
    real, others = grade_module.Assessor.assess, []

    def meanwhile(self, taken):
        found = real(self, taken)
        others.append(locked(school.places))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(grade_module.Assessor, "assess", meanwhile)
        assert school.grade().failed == 1
    assert "could not be graded: OperationalError: database is locked" in caplog.text
    others[0].close()
    assert len(list(school.places.inbound.iterdir())) == 1
    assert school.grade().graded == 1
    assert len(school.rows("SELECT 1 FROM hocvuso_scores")) == 1


def test_the_watch_outlives_a_locked_gradebook(school, monkeypatch):
    """It says so, looks again, and grades what waits."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    monkeypatch.setattr(watch_module, "AFTER_FAILURE", 0.05)
    school.on_site("an", school.answers(QUESTIONS, "right"))
    said: list[str] = []
    stop, told, done = threading.Event(), threading.Event(), threading.Event()

    def report(line: str) -> None:
        said.append(line)
        (done if line.startswith("✓") else told).set()

    watching = threading.Thread(
        target=watch_module.watch,
        args=(school.places, stop),
        kwargs={"report": report, "now": school.now, "new_id": school.new_id},
    )
    with closing(locked(school.places)):
        watching.start()
        assert told.wait(60)
    try:
        assert done.wait(60)
    finally:
        stop.set()
        watching.join(60)
    assert "database is locked" in said[0]
    assert (school.places.exports / "grades.csv").read_text("utf-8").count(
        QUESTIONS
    ) == 2  # lesson, assignment


FULL = """
import shutil, subprocess, sys
from pathlib import Path
disk, waits, reference, helpers = map(Path, sys.argv[1:])
sys.path.insert(0, str(helpers))
from crash_course import check_whole, copy_of, grade, waiting
from hocvuso.places import Places
places = copy_of(Places(waits), disk / "course")
handed_in = waiting(places)
left = {p: p.read_bytes() for p in places.exchange.rglob("*") if p.is_file()}
filler = disk / "filler"
with filler.open("wb", buffering=0) as file:
    try:
        while file.write(b"0" * 4096): pass
    except OSError: pass
for room in (0, 300_000):
    with filler.open("r+b") as file:
        file.truncate(filler.stat().st_size - room)
    full = subprocess.run([sys.executable, "-m", "hocvuso", "--root", places.root, "grade"],
                          capture_output=True, text=True)
    assert full.returncode == 1, full
    assert "Traceback" not in full.stderr.split("could not be graded")[0], full.stderr
    print("full" if "No space left on device" in full.stderr or "disk is full" in full.stderr else full)
    for path, data in left.items():
        name = path.relative_to(places.exchange)
        assert path.exists() or list(places.evidence.glob(f"*/*/{path.parent.name}/{path.name}")), name
filler.unlink()
grade(places)
check_whole(places, handed_in, Places(reference))
print("whole")
"""


def test_a_full_disk_stops_the_grader_and_loses_nothing(class_waits, graded, tmp_path):
    """With no room, and with a little, it says so and what isn't done waits; with room all is as it should be."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size=24m tmpfs {disk} && exec "$@"'
    arguments = [disk, class_waits.root, graded[0].root, Path(__file__).parent]
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    done = subprocess.run(
        [*command, sys.executable, "-c", FULL, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("this machine lets no ordinary user mount a file system of a known size")
    assert (done.stdout.split(), done.stderr) == (["full", "full", "whole"], "")


@pytest.mark.parametrize("change", ["grows", "vanishes", "gets company"])
def test_a_submission_that_changes_while_it_is_read_is_read_again(school, monkeypatch, caplog, change):
    """It isn't graded as half of what it was, nor refused: it waits, the log says why, the next look takes it."""
    book = school.book(QUESTIONS, school.answers(QUESTIONS, "right"))
    files = {f"{QUESTIONS}.ipynb": school.released(QUESTIONS), "answers.json": book}
    folder = school.in_lab("an", QUESTIONS, files)
    real, done = folders.os.read, []

    def meanwhile(handle, size):
        data = real(handle, size)
        if not done and os.path.samestat(os.fstat(handle), (folder / "answers.json").stat()):
            done.append(act(folder, change))
        return data

    with monkeypatch.context() as patch:
        patch.setattr(folders.os, "read", meanwhile)
        assert school.grade().failed == 1
    assert "could not be graded: StorageError" in caplog.text
    assert folder.is_dir()
    (folder / "timestamp.txt").touch()
    assert school.grade().graded == 1
    assert school.result("an")["points"] == school.master(QUESTIONS).points


def act(folder: Path, change: str) -> None:
    """What the folder's owner does in the middle of the reading (``answers.json`` is read first)."""
    if change == "grows":
        with (folder / "answers.json").open("ab") as file:
            file.write(b" ")
    elif change == "vanishes":
        (folder / "timestamp.txt").unlink()
    else:
        (folder / "anh.png").write_bytes(b"\x89PNG")


@pytest.mark.parametrize("file", ["answers.json", "receipt.json"])
@pytest.mark.parametrize("error", [5, 24], ids=["EIO", "EMFILE"])
def test_a_machine_that_fails_refuses_nobody(school, monkeypatch, caplog, error, file):
    """When a file can't be opened for a reason that is not the learner's, the submission waits."""
    school.on_site("an", school.answers(QUESTIONS, "right"))
    real = folders.os.open

    def failing(path, *given, **named):
        if path == file and "dir_fd" in named:
            raise OSError(error, "broken")
        return real(path, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(folders.os, "open", failing)
        assert school.grade().taken == 0
    assert ": broken" in caplog.text
    assert school.grade().graded == 1
