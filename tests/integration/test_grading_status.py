"""``hocvuso status``: counts that are right whatever goes on, and nobody's name in them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from grading_course import CODING, QUESTIONS, School, make_course

from hocvuso.cli import main
from hocvuso.exchange.claims import Claims
from hocvuso.exchange.collect import find_waiting
from hocvuso.grading import grade as grade_module
from hocvuso.grading import status as status_module
from hocvuso.grading import watch as watch_module
from hocvuso.grading.notes import Notes, read_notes, running_folder
from hocvuso.grading.status import find_status, lines, without_fields
from hocvuso.places import Places

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CHANGED = "Bài nộp đã bị thay đổi sau khi nộp: nội dung không khớp với biên nhận."
UNKNOWN = "Bài {edition} không có hoặc chưa được phát hành."
NAMES = ("hai.tran", "bí-mật-gia-đình")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released course."""
    root = tmp_path_factory.mktemp("course")
    make_course(root)
    return root


@pytest.fixture
def school(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """A copy of it of one's own."""
    monkeypatch.delenv("HOCVUSO_GRADEBOOK", raising=False)
    shutil.copytree(built, tmp_path / "course")
    return School(Places(tmp_path / "course"))


def asked(school: School, *words: str) -> str:
    """What the command says."""
    result = CliRunner().invoke(main, ["--root", str(school.places.root), "status", *words])
    assert result.exit_code == 0, result.output
    return result.output


def told(school: School) -> dict[str, Any]:
    """What it says to programs."""
    return json.loads(asked(school, "--json"))


def test_a_course_without_anything_has_a_status(tmp_path):
    """No gradebook, no submission, no export: zeros, and nothing is made by asking."""
    (tmp_path / "nbgrader_config.py").touch()
    found = find_status(Places(tmp_path), NOW).record()
    assert [found[part]["total"] for part in ("waiting", "running", "done", "refused")] == [0, 0, 0, 0]
    assert (found["gradebook"], found["export"], found["graders"]) == (
        {"readable": True, "why": None},
        {"at": None},
        [],
    )
    assert [p.name for p in tmp_path.iterdir()] == ["nbgrader_config.py"]


def test_what_waits_is_done_and_refused_is_counted_and_nobody_named(school):
    """By lesson and by reason; a reason comes without the names in it; the oldest one's age is the server's."""
    right = school.answers(QUESTIONS, "right")
    school.on_site(NAMES[0], right)
    school.in_lab(
        NAMES[1], QUESTIONS, {f"{QUESTIONS}.ipynb": school.released(QUESTIONS), "answers.json": b"["}
    )
    folder = school.in_lab("lan", QUESTIONS, {f"{QUESTIONS}.ipynb": school.released(QUESTIONS)})
    (folder / NAMES[1]).symlink_to("/etc/hostname")
    school.in_lab("mai", "t77-01", {"t77-01.ipynb": "{}"})
    before = told(school)
    assert before["waiting"]["lessons"] == {QUESTIONS: 3, "t77-01": 1}
    assert before["waiting"]["total"] == 4
    assert 0 <= before["waiting"]["oldest_seconds"] < 3600
    assert before["done"]["total"] == before["refused"]["total"] == 0
    assert school.grade().taken == 4
    school.on_site(NAMES[0], right)  # once more
    after = told(school)
    assert after["waiting"]["lessons"] == {QUESTIONS: 1}
    assert after["done"] == {"total": 1, "lessons": {QUESTIONS: {"graded": 1}, "t77-01": {}}}
    assert after["refused"]["total"] == 3
    reasons = {(one["lesson"], one["reason"]): one["count"] for one in after["refused"]["reasons"]}
    assert set(reasons.values()) == {1}
    assert ("t77-01", "Bài … không có hoặc chưa được phát hành.") in reasons
    assert (QUESTIONS, "Bài nộp có mục không phải là tệp thường (ví dụ liên kết): ….") in reasons
    for output in (asked(school), asked(school, "--json")):
        assert not any(name in output for name in (*NAMES, "lan", "mai"))
    assert "Đang chờ: 1 (t14-05 1)" in asked(school)
    assert "Từ chối: 3" in asked(school)


def test_a_submission_that_was_graded_again_counts_once(school):
    """As its last line in the log says."""
    school.on_site("an", school.answers(QUESTIONS, "right"))
    school.grade()
    database = school.places.var / "grader" / "gradebook.db"
    with closing(sqlite3.connect(database)) as book, book:
        names = [row[1] for row in book.execute("PRAGMA table_info(hocvuso_scores)") if row[1] != "id"]
        columns = ", ".join(names)
        changed = columns.replace("state", "'refused'").replace("reason", "'Lý do không ai biết'")
        book.execute(f"INSERT INTO hocvuso_scores ({columns}) SELECT {changed} FROM hocvuso_scores")  # noqa: S608
    found = told(school)
    assert (found["done"]["total"], found["refused"]["total"]) == (0, 1)
    assert found["refused"]["reasons"][0]["reason"] == status_module.OTHER


def test_what_a_grader_has_taken_is_running_and_not_waiting(school):
    """Claimed by another process, it is told apart; when that ends, however it ends, it waits again."""
    school.on_site("an", school.answers(QUESTIONS, "right"))
    school.on_site("binh", school.answers(QUESTIONS, "right"))
    first = next(find_waiting(school.places))
    with Claims(school.places.var / "grader") as claims:
        assert claims.take(first.whose)
        during = told(school)
        assert (during["running"]["total"], during["waiting"]["total"]) == (1, 1)
        assert "Đang chấm: 1 (t14-05 1)" in asked(school)
    after = told(school)
    assert (after["running"]["total"], after["waiting"]["total"]) == (0, 2)


def test_a_locked_gradebook_takes_only_its_own_lines_away(school, monkeypatch):
    """What waits is told, and why the rest isn't; in the other language too."""
    monkeypatch.setattr(status_module, "PATIENCE", 0.05)
    school.on_site("an", school.answers(QUESTIONS, "right"))
    with closing(sqlite3.connect(school.places.var / "grader" / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        found = find_status(school.places, NOW)
        assert found.record()["waiting"]["total"] == 1
        assert found.record()["gradebook"] == {"readable": False, "why": "database is locked"}
        assert "database is locked" in "\n".join(lines(found, "vi"))
        assert "can't be read now: database is locked" in "\n".join(lines(found, "en"))
    assert find_status(school.places, NOW).gradebook is None


def test_a_gradebook_that_is_none_is_told_and_left_as_it_is(school):
    """A file that is no database: one sentence."""
    path = school.places.var / "grader" / "gradebook.db"
    path.write_bytes(b"day khong phai so diem " * 100)
    found = told(school)
    assert found["gradebook"]["why"] == "file is not a database"
    assert path.read_bytes().startswith(b"day khong phai")


def test_a_gradebook_that_is_away_is_told_and_not_made(school):
    """Its file was moved: that is not the same as a course in which nothing was graded."""
    path = school.places.var / "grader" / "gradebook.db"
    path.rename(path.with_suffix(".aside"))
    assert told(school)["gradebook"] == {"readable": False, "why": "unable to open database file"}
    assert not path.exists()


def test_the_last_export_is_told(school):
    """When it was written."""
    assert "Chưa có tệp xuất điểm." in asked(school)
    school.places.exports.mkdir(parents=True)
    path = school.places.exports / "grades.csv"
    path.touch()
    os.utime(path, (NOW.timestamp() - 7200,) * 2)
    found = find_status(school.places, NOW)
    assert found.record()["export"] == {"at": "2026-11-21T07:00:00Z"}
    assert "Xuất điểm lần cuối: 2 giờ trước" in list(lines(found, "vi"))


# notes


def test_a_grader_that_runs_is_seen_with_what_it_will_try_again(school):
    """Its process, since when, each failure's reason and when it is tried again; settled ones are gone."""
    school.on_site("an", school.answers(QUESTIONS, "right"))
    school.on_site("binh", school.answers(QUESTIONS, "right"))
    first, second = find_waiting(school.places)
    with Notes(school.places, watching=True, now=lambda: NOW) as notes:
        for one in (first, second, first):
            notes.failed(one, "StorageError: No space left on device", NOW + timedelta(seconds=30))
        notes.save()
        found = find_status(school.places, NOW + timedelta(seconds=10))
        (grader,) = found.record()["graders"]
        assert (grader["pid"], grader["watching"]) == (os.getpid(), True)
        assert sorted(one["tries"] for one in found.record()["retrying"]) == [1, 2]
        shown = list(lines(found, "vi"))
        assert "   2 × t14-05: StorageError: No space left on device (thử lại sau 20 giây)" in shown
        assert any(line.startswith("Đang chạy: hocvuso grade --watch") for line in shown)
        notes.settled(first.path)
        notes.settled(second.path)
        notes.looked("OperationalError: database is locked")
        found = find_status(school.places, NOW)
        assert found.record()["retrying"] == []
        assert found.record()["graders"][0]["trouble"] == "OperationalError: database is locked"
        notes.looked(None)
    assert list(running_folder(school.places).iterdir()) == []
    assert "Không có tiến trình chấm nào đang chạy." in asked(school)


def test_what_a_grader_could_not_do_is_known_after_its_end_until_the_next_one(school):
    """It waits for the next grader, which begins with clean notes."""
    school.on_site("an", school.answers(QUESTIONS, "right"))
    (one,) = find_waiting(school.places)
    with Notes(school.places, watching=False, now=lambda: NOW) as notes:
        notes.failed(one, "StorageError")
    found = find_status(school.places, NOW)
    assert found.alive == ()
    assert "   1 × t14-05: StorageError (khi có máy chấm chạy lại)" in list(lines(found, "vi"))
    with Notes(school.places, watching=False, now=lambda: NOW):
        assert find_status(school.places, NOW).record()["retrying"] == []


KILLED = """
import os, signal, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from hocvuso.exchange.collect import find_waiting
from hocvuso.grading.notes import Notes
from hocvuso.places import Places
places = Places(Path(sys.argv[1]))
now = datetime(2026, 11, 21, 9, tzinfo=UTC)
with Notes(places, watching=True, now=lambda: now) as notes:
    notes.failed(next(find_waiting(places)), "StorageError", now + timedelta(seconds=30))
    notes.save()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_grader_is_not_taken_for_a_living_one(school):
    """Its failures are told, but nobody will try again by itself; the next grader clears its notes away."""
    school.on_site("an", school.answers(QUESTIONS, "right"))
    subprocess.run([sys.executable, "-c", KILLED, str(school.places.root)], check=False)
    (note,) = read_notes(school.places)
    assert (note.alive, note.failures[0].retry) == (False, None)
    with Notes(school.places, watching=False, now=lambda: NOW):
        (note,) = read_notes(school.places)
        assert (note.alive, note.failures) == (True, ())


def test_without_room_for_notes_the_grader_goes_on(school, caplog):
    """A file where the folder should be: a line in the log, nothing else."""
    running_folder(school.places).parent.mkdir(parents=True, exist_ok=True)
    running_folder(school.places).write_text("")
    school.on_site("an", school.answers(QUESTIONS, "right"))
    with Notes(school.places, watching=False, now=lambda: NOW) as notes:
        notes.failed(next(find_waiting(school.places)), "StorageError")
    assert "notes could not be written" in caplog.text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", status_module.OTHER),
        ("Nguyễn Thị Bí Mật", status_module.OTHER),
        (
            f"Bài nộp không có sổ tay {CODING}.ipynb.",
            "Bài nộp không có sổ tay {name}.",
        ),
        (
            "Bài nộp không có sổ tay x. Nguyễn Thị Bí Mật",
            f"Bài nộp không có sổ tay {{name}}.\n{status_module.OTHER}",
        ),
        (f"{CHANGED} Bài t1 không có hoặc chưa được phát hành.", f"{CHANGED}\n{UNKNOWN}"),
    ],
)
def test_a_reason_is_told_without_what_filled_it(said, kept):
    """Only sentences of the catalogue are shown, each with its fields open."""
    assert without_fields(said) == kept


# graders that fail


def test_a_failed_grading_is_known_until_it_succeeds(school, monkeypatch):
    """The next run that goes well takes the failure away."""
    school.on_site("an", school.answers(QUESTIONS, "right"))

    def broken(*_given, **_named):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(grade_module, "take_in", broken)
        assert school.grade().failed == 1
    (failure,) = told(school)["retrying"]
    assert (failure["lesson"], failure["reason"]) == (QUESTIONS, "OSError: No space left on device")
    assert (failure["tries"], failure["retry"]) == (1, None)
    assert school.grade().graded == 1
    assert told(school)["retrying"] == []
    assert list(running_folder(school.places).iterdir()) == []


def test_a_watch_is_seen_and_so_is_what_it_tries_again(school, monkeypatch):
    """While it runs: its trouble, its failures with the time of the next try; and that all is well again."""
    monkeypatch.setattr(watch_module, "RETRY_AFTER", 0.2)
    school.on_site("an", school.answers(QUESTIONS, "right"))
    real, stop = grade_module.take_in, threading.Event()
    broken = threading.Event()
    broken.set()

    def sometimes(*given, **named):
        if broken.is_set():
            raise OSError(5, "Input/output error")
        return real(*given, **named)

    monkeypatch.setattr(grade_module, "take_in", sometimes)
    watching = threading.Thread(
        target=watch_module.watch,
        args=(school.places, stop),
        kwargs={"now": school.now, "new_id": school.new_id},
    )
    watching.start()
    try:
        until(lambda: any(one["tries"] > 1 for one in told(school)["retrying"]))
        found = told(school)
        assert found["graders"][0]["watching"]
        assert found["retrying"][0]["reason"] == "OSError: Input/output error"
        assert found["retrying"][0]["retry"] is not None
        broken.clear()
        until(lambda: told(school)["done"]["total"] == 1 and not told(school)["retrying"])
    finally:
        stop.set()
        watching.join(60)
    assert told(school)["graders"] == []


def until(seen: Callable[[], object]) -> None:
    """Ask until it is so."""
    end = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.05)
