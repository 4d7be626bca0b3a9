"""The scoring rule, all of it. Pure: no file, no kernel, no database.

A question is scored by its own model from the learner's answer. A test cell of a coding lesson is scored from
what it showed when it ran, as nbgrader's ``determine_grade`` does: an error or anything on stderr is 0; else the
first plain result, when it is a number from 0 to the cell's points, is the score; else full points.

Two cases in which nbgrader gives no grade at all get 0 here, since only learner code can bring them about: a
result above the cell's points, and a result without text. A cell that did not finish gets 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hocvuso.questions import Mark, Question

State: TypeAlias = Literal["right", "partial", "wrong", "empty", "malformed", "ungraded"]


@dataclass(frozen=True, slots=True)
class TestScore:
    """The score of a test cell, and how it came about."""

    score: float
    state: State


def score_question(question: Question, answer: object) -> Mark:
    """The mark of an answer record; whatever JSON the answer is."""
    return question.score(answer)


def score_test(outputs: Sequence[Mapping[str, Any]] | None, points: float) -> TestScore:
    """The score of a test cell worth ``points`` that showed ``outputs``; None: it did not finish."""
    if outputs is None:
        return TestScore(0.0, "wrong")
    for output in outputs:
        kind = output["output_type"]
        if kind == "error" or (kind == "stream" and output["name"] == "stderr"):
            return TestScore(0.0, "wrong")
        if kind == "execute_result":
            return _named(_number(output["data"].get("text/plain", ""), points), points)
    return TestScore(float(points), "right")


def _number(text: str, points: float) -> float:
    if not text:
        return 0.0
    try:
        number = float(text)
    except ValueError:
        return float(points)
    if not number >= 0:  # negative, or not a number: nbgrader's rule says full points
        return float(points)
    return number if number <= points else 0.0


def _named(score: float, points: float) -> TestScore:
    return TestScore(score, "right" if score == points else "partial" if score > 0 else "wrong")
