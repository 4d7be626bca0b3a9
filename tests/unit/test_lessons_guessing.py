"""Every lesson, answered at random: it earns what guessing earns, which is little."""

from __future__ import annotations

import math
from random import Random
from statistics import mean, stdev

import pytest
from tests.built import LESSONS, ROOT
from tests.guessing import draw, expected

from hocvuso.lessons.read import read_lesson

DRAWS = 300
TOLERANCE = 5  # standard errors of the mean; a right rule goes beyond once in a million lessons
MOST = 0.35  # of the points of a lesson's questions


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_guessing_earns_in_a_lesson(lesson: str) -> None:
    """The mean of many blind hand-ins is the sum of what each question's rule gives to chance; empty ones earn 0."""
    cells = read_lesson(ROOT / "notebooks" / "lessons" / lesson[:3] / f"{lesson}.md").cells
    questions = [cell.question for cell in cells if cell.question is not None]
    random = Random(lesson)
    earned = [sum(q.score(draw(q, random)).points for q in questions) for _ in range(DRAWS)]
    worth = sum(expected(question) for question in questions)
    assert abs(mean(earned) - worth) <= TOLERANCE * stdev(earned) / math.sqrt(DRAWS)
    assert worth <= MOST * sum(question.points for question in questions)
    assert [question.score(None).points for question in questions] == [0] * len(questions)
