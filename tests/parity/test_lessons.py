"""Our own lessons as any nbgrader course: right, partly right, wrong and empty answers, graded both ways."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from both import TwoWays, same
from notebooks import Notebook
from tests.built import LESSONS, built_course

from hocvuso.lessons.master import Master, read_master
from hocvuso.places import Places

KINDS = ("right", "partial", "wrong", "empty")


@pytest.fixture(scope="module")
def built() -> Places:
    """The lessons as an author builds them."""
    return built_course()


def answers(master: Master, kind: str) -> dict[str, Any]:
    """An answers.json of one kind."""
    chance = random.Random(1)
    entries = {}
    for question in master.questions:
        some = question.samples(chance)
        value = some.get(kind, some["right"])
        if value is not None:
            entries[question.id] = {"answer": value, "revision": 1, "edited": "2026-01-01T00:00:00.000Z"}
    return {"format": 1, "lesson": master.lesson, "edition": master.edition, "answers": entries}


def solved(released: Notebook, master: Master, kind: str) -> Notebook:
    """The released notebook with code of one kind; ``partial`` leaves the last solution as it was."""
    solutions = {cell.id: cell.source for cell in master.solutions}
    some = list(solutions)[:-1] if kind == "partial" else list(solutions)
    for cell in released["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in some and kind in {"right", "partial"}:
            cell["source"] = solutions[name]
        elif name in some and kind == "wrong":
            cell["source"] = "\n".join(cell["source"]).replace("raise NotImplementedError()", "return None")
    return released


SOME = {"t14-05", "t18-02"}  # one of questions, one of code; the others are for the soak


@pytest.mark.parametrize(
    "lesson", [x if x in SOME else pytest.param(x, marks=pytest.mark.soak) for x in LESSONS]
)
def test_our_lessons(built: Places, course: TwoWays, lesson: str) -> None:
    """Every row and every cell agrees; right answers get all points."""
    master = read_master(built.source / lesson / f"{lesson}.ipynb")
    course.source(lesson, {f"{lesson}.ipynb": built.source / lesson / f"{lesson}.ipynb"})
    released = (course.root / "release" / lesson / f"{lesson}.ipynb").read_text("utf-8")
    for kind in KINDS:
        files = {
            f"{lesson}.ipynb": solved(json.loads(released), master, kind),
            "answers.json": answers(master, kind),
        }
        course.hand_in(kind, lesson, files, "2026-11-21 08:00:00 UTC")
    ours, theirs = course.ours(lesson), course.theirs(lesson)
    same(ours, theirs)
    assert sum(ours.scores("right").values()) == master.points
    assert sum(ours.scores("empty").values()) == 0
