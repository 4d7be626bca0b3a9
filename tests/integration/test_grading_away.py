"""The gradebook goes away for a while and comes back: nothing goes into another one, nothing is lost or doubled."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from crash_course import GRADES, copy_of, left_over, waiting
from grading_course import QUESTIONS, School, make_course
from tests.bench.class_maker import hand_in_class, learners

from hocvuso.errors import StorageError
from hocvuso.grading import grade as grade_module
from hocvuso.grading import watch as watch_module
from hocvuso.lessons.convert import prepare_gradebook
from hocvuso.places import Places
from hocvuso.records.grades_csv import write_export

pytestmark = pytest.mark.slow
FIRST, SECOND = 12, 18


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """A released course, in which nobody has handed in."""
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def undisturbed(built: Places, tmp_path_factory: pytest.TempPathFactory) -> School:
    """The course with both parts of the class graded, and nothing in the way."""
    school = School(copy_of(built, tmp_path_factory.mktemp("undisturbed") / "course"))
    for part in parts():
        hand_in_class(school.places, QUESTIONS, part)
        school.grade()
    return school


@pytest.fixture
def school(built: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """A copy of one's own, with a watch that does not let us wait."""
    monkeypatch.delenv("HOCVUSO_GRADEBOOK", raising=False)
    monkeypatch.setattr(watch_module, "AFTER_FAILURE", 0.05)
    monkeypatch.setattr(watch_module, "RETRY_AFTER", 0.05)
    return School(copy_of(built, tmp_path / "course"))


def parts() -> tuple[list[str], list[str]]:
    """Who hands in before, and who while the gradebook is away."""
    return learners(FIRST), learners(SECOND, FIRST)


@contextmanager
def watching(school: School) -> Iterator[list[str]]:
    """The watch, in a thread; what it reported."""
    said: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(
        target=watch_module.watch,
        args=(school.places, stop),
        kwargs={"report": said.append, "now": school.now, "new_id": school.new_id},
    )
    thread.start()
    try:
        yield said
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()


def until(seen: Callable[[], object]) -> None:
    """Ask until it is so."""
    end = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.02)


def check_same(school: School, undisturbed: School) -> None:
    """Log, grades, results and the export of an undisturbed run; each submission once; nothing left."""
    log = "SELECT submission, state, counts, points FROM hocvuso_scores ORDER BY submission"
    for query in (log, GRADES, "SELECT subject, action FROM hocvuso_audit ORDER BY subject"):
        assert school.rows(query) == undisturbed.rows(query)
    assert not waiting(school.places)
    assert left_over(school.places) == []
    shown = [
        sorted(p.relative_to(s.places.results) for p in s.places.results.rglob("*.json"))
        for s in (school, undisturbed)
    ]
    assert shown[0] == shown[1]
    exports = [write_export(s.places).read_text("utf-8") for s in (school, undisturbed)]
    assert exports[0] == exports[1]


def nothing(_book: Path) -> None:
    """No file."""


def empty_file(book: Path) -> None:
    """What a backup that ran out of space leaves."""
    book.write_bytes(b"")


def no_database(book: Path) -> None:
    """Some other file."""
    book.write_bytes(b"khong phai so diem " * 300)


def another_programs(book: Path) -> None:
    """A database with other tables."""
    with closing(sqlite3.connect(book)) as other, other:
        other.execute("CREATE TABLE something (id INTEGER)")


def another_courses(book: Path) -> None:
    """A gradebook in which this course's lessons are not."""
    prepare_gradebook(f"sqlite:///{book}")


@pytest.mark.parametrize(
    "put_there",
    [nothing, empty_file, no_database, another_programs, another_courses],
    ids=lambda f: f.__name__,
)
def test_a_watch_waits_for_a_gradebook_that_went_away(school, undisturbed, caplog, put_there):
    """Moved aside while the watch runs, with nothing or something else in its place; then it comes back."""
    book = school.places.var / "grader" / "gradebook.db"
    aside = book.with_suffix(".aside")
    before, meanwhile = parts()
    with watching(school) as said:
        hand_in_class(school.places, QUESTIONS, before)
        until(lambda: not waiting(school.places))
        book.rename(aside)
        put_there(book)
        told = len(said) + len(caplog.records)
        hand_in_class(school.places, QUESTIONS, meanwhile)
        until(lambda: len(said) + len(caplog.records) > told)
        assert len(waiting(school.places)) == SECOND
        aside.replace(book)
        until(lambda: not waiting(school.places))
    check_same(school, undisturbed)


@pytest.mark.parametrize("put_there", [nothing, empty_file, another_programs], ids=lambda f: f.__name__)
def test_nobody_makes_a_second_gradebook(school, put_there):
    """Grading and export say that it is away; the last export stays; with it back all goes on."""
    book = school.places.var / "grader" / "gradebook.db"
    hand_in_class(school.places, QUESTIONS, learners(FIRST))
    school.grade()
    exported = write_export(school.places).read_bytes()
    aside = book.rename(book.with_suffix(".aside"))
    put_there(book)
    found = book.read_bytes() if book.exists() else None
    hand_in_class(school.places, QUESTIONS, learners(SECOND, FIRST))
    for act in (school.grade, lambda: write_export(school.places)):
        with pytest.raises(StorageError, match="đưa sổ điểm trở lại"):
            act()
    assert (book.read_bytes() if book.exists() else None) == found
    assert (school.places.exports / "grades.csv").read_bytes() == exported
    assert len(waiting(school.places)) == SECOND
    aside.replace(book)
    assert school.grade().graded == SECOND


def test_a_gradebook_that_is_moved_inside_a_run_gets_no_grade_after_that(school, undisturbed, monkeypatch):
    """The open file is no longer the course's: what was not written before waits, and is graded when it is back."""
    book = school.places.var / "grader" / "gradebook.db"
    aside = book.with_suffix(".aside")
    for part in parts():
        hand_in_class(school.places, QUESTIONS, part)
    real = grade_module.GradebookWriter.record

    def meanwhile(self, batch, graded):
        if not aside.exists():
            book.rename(aside)
        return real(self, batch, graded)

    with monkeypatch.context() as patch:
        patch.setattr(grade_module.GradebookWriter, "record", meanwhile)
        assert school.grade().taken == 0
    assert not book.exists()
    aside.rename(book)
    assert school.grade().taken == FIRST + SECOND
    check_same(school, undisturbed)
