"""The crash tests of the normal suite at many more moments, drawn anew for each run; the seed is in a test's name.

SOAK_SEED=… SOAK_MOMENTS=… run chosen ones again.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

import crash_cases
import pytest
from crash_course import LARGE, check_whole, copy_of, grade, killing_moments, waiting, waiting_class
from killed import count_steps, kill, moments

from hocvuso.places import Places

pytestmark = pytest.mark.soak
SEED = int(os.environ.get("SOAK_SEED") or secrets.randbelow(10**6))
MOMENTS = int(os.environ.get("SOAK_MOMENTS") or 30)
KILLS = int(os.environ.get("SOAK_MOMENTS") or 50)  # of the grader
at_each_moment = pytest.mark.parametrize("number", range(MOMENTS), ids=lambda n: f"{SEED}-{n}")


@pytest.fixture(scope="module")
def class_waits(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Nearly three hundred submissions that wait."""
    return waiting_class(tmp_path_factory.mktemp("waits") / "course", **LARGE)


@pytest.fixture(scope="module")
def graded(class_waits: Places, tmp_path_factory: pytest.TempPathFactory) -> tuple[Places, int]:
    """The same class, graded without interruption, and how many steps that took."""
    places = copy_of(class_waits, tmp_path_factory.mktemp("graded") / "course")
    return places, count_steps(places.root, "--root", str(places.root), "grade")


@pytest.mark.parametrize("number", range(KILLS), ids=lambda n: f"{SEED}-{n}")
def test_a_grader_that_was_killed_is_completed(class_waits, graded, tmp_path, number):
    """One result, one grade, one line in the log and whole evidence for each; the export is the same."""
    reference, steps = graded
    places = copy_of(class_waits, tmp_path / "course")
    handed_in = waiting(places)
    kill(places.root, killing_moments(SEED, KILLS, steps)[number], "--root", str(places.root), "grade")
    grade(places)
    check_whole(places, handed_in, reference)


def test_a_grader_that_is_killed_again_and_again_gets_done(class_waits, graded, tmp_path):
    """Ten kills one after the other on the same course lose nothing and count nothing twice."""
    reference, steps = graded
    places = copy_of(class_waits, tmp_path / "course")
    handed_in = waiting(places)
    for moment in moments(SEED, 10, steps // 5):  # early ones, so that something is left to do each time
        kill(places.root, moment, "--root", str(places.root), "grade")
    grade(places)
    check_whole(places, handed_in, reference)


@pytest.fixture(scope="module")
def issuing(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many steps it takes to issue the certificates."""
    root = crash_cases.certificates_due(tmp_path_factory.mktemp("issued") / "course")
    return count_steps(root, *crash_cases.certify_words(root))


@at_each_moment
def test_certificates_survive_kills(issuing, tmp_path, number):
    """No certificate twice, none half, register and files agree, and all are valid."""
    crash_cases.certificates_survive(tmp_path / "course", list(moments(SEED, MOMENTS, issuing))[number])


def test_answers_survive_kills(tmp_path):
    """The answers are whole at every moment; after the next edit the history has each revision once."""
    (tmp_path / "whole").mkdir()
    steps = count_steps(tmp_path / "whole", str(tmp_path / "whole"), code=crash_cases.SAVING)
    for number, moment in enumerate(moments(SEED, MOMENTS, steps)):
        if number % 10 == 0:
            shutil.rmtree(tmp_path / "answers", ignore_errors=True)
            (tmp_path / "answers").mkdir()
        crash_cases.answers_survive(tmp_path / "answers", moment)


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, int]:
    """The earlier build, the later one, and how many steps led from one to the other."""
    folder = tmp_path_factory.mktemp("builds")
    earlier, later = crash_cases.build_course(folder / "earlier"), folder / "later"
    shutil.copytree(earlier, later)
    crash_cases.change_texts(later)
    return earlier, later, count_steps(later, "--root", str(later), "build")


@at_each_moment
def test_builds_survive_kills(builds, tmp_path, number):
    """The earlier build or the new one is there, never a mixture that counts as built; the next build repairs."""
    earlier, later, steps = builds
    moment = list(moments(SEED, MOMENTS, steps))[number]
    crash_cases.build_survives(tmp_path / "course", moment, earlier, later)
