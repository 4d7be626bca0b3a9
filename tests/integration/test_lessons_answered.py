"""Every lesson, handed in right, at random, wrong and empty, and graded by the grader with all the others."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from grading_course import START, School
from tests.built import LESSONS, copy_built
from tests.guessing import draw

from hocvuso.lessons.release import release
from hocvuso.places import folder_of

pytestmark = pytest.mark.slow

KINDS = ("right", "random", "wrong", "empty")


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    """All lessons, released; four learners have handed in every one, and the grader ran until nothing waited."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("HOCVUSO_GRADEBOOK", raising=False)
        root = tmp_path_factory.mktemp("all-lessons")
        (root / "nbgrader_config.py").touch()
        school = School(copy_built(root))
        release(school.places, now=START)
        for lesson in LESSONS:
            for kind in KINDS:
                hand_in(school, lesson, kind)
        assert sum(iter(lambda: school.grade().graded, 0)) == len(LESSONS) * len(KINDS)
        yield school


def hand_in(school: School, lesson: str, kind: str) -> None:
    """Answers and code of one kind, in a folder from the learner's JupyterLab."""
    book = school.book(lesson, answers_of(school, lesson, kind))
    notebook = school.solved(lesson, **code_of(school, lesson, kind))
    school.in_lab(kind, lesson, {f"{lesson}.ipynb": notebook, "answers.json": book})


def answers_of(school: School, lesson: str, kind: str) -> dict[str, Any]:
    """By question; None where nothing is answered."""
    if kind == "random":
        random = Random(lesson)
        return {question.id: draw(question, random) for question in school.master(lesson).questions}
    return school.answers(lesson, kind)


def code_of(school: School, lesson: str, kind: str) -> dict[str, str | None]:
    """What stands in the cells for code instead of the author's solutions; None leaves a cell as released."""
    if kind == "right":
        return {}
    cells = [cell.id.replace("-", "_") for cell in school.master(lesson).solutions]
    return dict.fromkeys(cells, "pass" if kind == "wrong" else None)


def points(school: School, lesson: str, kind: str) -> dict[str, float]:
    """The automatic score of each graded cell."""
    return {name: auto or 0 for name, (auto, _, _) in school.grades(kind, lesson).items()}


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_author_s_own_key_earns_all_points(school: School, lesson: str) -> None:
    """Every question and every test; what a person grades waits for that person."""
    master = school.master(lesson)
    by_hand = {q.id for q in master.questions if "ungraded" in q.samples(Random(1))}
    full = {part.id: part.points for part in (*master.questions, *master.tests)}
    assert points(school, lesson, "right") == {
        name: 0 if name in by_hand else most for name, most in full.items()
    }


@pytest.mark.parametrize("lesson", LESSONS)
def test_nothing_answered_earns_nothing(school: School, lesson: str) -> None:
    """Neither does what is wrong in every question."""
    assert set(points(school, lesson, "empty").values()) == {0}
    assert set(points(school, lesson, "wrong").values()) == {0}


@pytest.mark.parametrize("lesson", LESSONS)
def test_blind_answers_earn_what_their_scores_say(school: School, lesson: str) -> None:
    """The grader gives each question's own mark (what guessing is worth: tests/unit/test_lessons_guessing.py)."""
    answers = answers_of(school, lesson, "random")
    found = points(school, lesson, "random")
    for question in school.master(lesson).questions:
        assert found[question.id] == question.score(answers[question.id]).points


def test_all_of_them_have_results_to_show(school: School) -> None:
    """A record for each learner and lesson, none of it refused."""
    for kind in KINDS:
        records = Path(school.places.results / folder_of(kind)).glob("*.json")
        assert {record.stem for record in records} == set(LESSONS)
    assert {school.result("right", lesson)["state"] for lesson in LESSONS} <= {"graded", "partly"}
