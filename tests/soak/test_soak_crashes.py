"""The crash tests of the normal suite at many more moments, drawn anew for each run; the seed is in a test's name."""

from __future__ import annotations

import os
import secrets

import pytest
from crash_course import check_whole, copy_of, grade, waiting, waiting_class
from killed import count_steps, kill, moments

from hocvuso.places import Places

pytestmark = pytest.mark.soak
SEED = int(os.environ.get("SOAK_SEED") or secrets.randbelow(10**6))
MOMENTS = int(os.environ.get("SOAK_MOMENTS") or 30)


@pytest.fixture(scope="module")
def class_waits(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Forty-two submissions that wait."""
    return waiting_class(tmp_path_factory.mktemp("waits") / "course")


@pytest.fixture(scope="module")
def graded(class_waits: Places, tmp_path_factory: pytest.TempPathFactory) -> tuple[Places, int]:
    """The same class, graded without interruption, and how many steps that took."""
    places = copy_of(class_waits, tmp_path_factory.mktemp("graded") / "course")
    return places, count_steps(places.root, "--root", str(places.root), "grade")


@pytest.mark.parametrize("number", range(MOMENTS), ids=lambda n: f"{SEED}-{n}")
def test_a_grader_that_was_killed_is_completed(class_waits, graded, tmp_path, number):
    """One result, one grade, one line in the log and whole evidence for each; the export is the same."""
    reference, steps = graded
    places = copy_of(class_waits, tmp_path / "course")
    handed_in = waiting(places)
    kill(places.root, list(moments(SEED, MOMENTS, steps))[number], "--root", str(places.root), "grade")
    grade(places)
    check_whole(places, handed_in, reference)
