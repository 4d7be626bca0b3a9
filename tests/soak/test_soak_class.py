"""A class of two thousand: everyone gets their grade, and the grader needs no more memory than for a hundred."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from grading_course import QUESTIONS, School, make_course

from hocvuso.exchange.answers import AnswerStore
from hocvuso.exchange.receipts import SiteKey
from hocvuso.exchange.submit import submit
from hocvuso.places import Places, folder_of
from hocvuso.questions import AnswerBook

pytestmark = pytest.mark.soak
SMALL, LARGE = 100, 2000
GROWTH = 48  # MB: what the list of who waits may take, and the allocator's moods


def hand_in(places: Places, count: int) -> None:
    """``count`` learners hand in the question lesson on the site; every fourth has everything right."""
    school = School(places)
    answers = [school.answers(QUESTIONS, kind) for kind in ("right", "partial", "wrong", "partial")]
    store = AnswerStore(places.answers, school.now)
    key = SiteKey.load_or_make(places.site_keys)
    for number in range(count):
        book = AnswerBook(lesson=QUESTIONS, edition=QUESTIONS)
        for name, value in answers[number % 4].items():
            book = book.with_answer(name, value, edited=datetime(2026, 11, 21, tzinfo=UTC))
        learner = f"hv-{number:04}"
        folder = places.answers / folder_of(learner) / QUESTIONS
        folder.mkdir(parents=True)
        book.write(folder / "answers.json")
        submit(places, store, key, learner, QUESTIONS, now=school.now(), new_id=school.new_id)


def grade(places: Places) -> float:
    """``hocvuso grade`` in a process of its own; the most memory that it held, in MB."""
    command = [sys.executable, "-m", "hocvuso", "--root", str(places.root), "grade"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, told
    return used.ru_maxrss / 1024


def test_two_thousand_submissions_take_no_more_memory_than_a_hundred(tmp_path, capsys):
    """Each has one grade and one result, nothing waits, and the grader's memory stays flat."""
    peaks = {}
    for count in (SMALL, LARGE):
        root: Path = tmp_path / str(count)
        root.mkdir()
        places = make_course(root)
        hand_in(places, count)
        peaks[count] = grade(places)
        school = School(places)
        assert list(places.inbound.iterdir()) == []
        assert school.rows("SELECT count(*), count(DISTINCT learner), sum(counts) FROM hocvuso_scores") == [
            (count, count, count)
        ]
        assert school.rows("SELECT count(*) FROM submitted_assignment") == [(count,)]
        assert len(list(places.results.glob("*/*.json"))) == count
        full = school.master(QUESTIONS).points
        assert school.rows("SELECT points FROM hocvuso_scores").count((full,)) == count // 4
        lines = (places.exports / "grades.csv").read_text("utf-8").splitlines()
        assert len(lines) == 1 + count
    with capsys.disabled():
        print(f"\npeak memory of the grader: {', '.join(f'{n}: {mb:.0f} MB' for n, mb in peaks.items())}")  # noqa: T201  (reported)
    assert peaks[LARGE] < peaks[SMALL] + GROWTH
