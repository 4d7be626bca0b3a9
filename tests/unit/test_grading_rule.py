"""The scoring rule for test cells, compared with nbgrader's own function output by output."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from hocvuso.grading.rule import score_test


def stream(name: str, text: str = "x") -> dict[str, Any]:
    """Text on stdout or stderr."""
    return {"output_type": "stream", "name": name, "text": text}


def result(text: str) -> dict[str, Any]:
    """A cell's plain result."""
    return {
        "output_type": "execute_result",
        "data": {"text/plain": text},
        "metadata": {},
        "execution_count": 1,
    }


ERROR = {"output_type": "error", "ename": "AssertionError", "evalue": "", "traceback": []}
PICTURE = {"output_type": "display_data", "data": {"image/png": "x"}, "metadata": {}}


def nbgraders(outputs: list[dict[str, Any]], points: int) -> float:
    """What nbgrader gives."""
    cell = new_code_cell("", outputs=[new_output(**o) for o in outputs])
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": points, "grade_id": "t"}
    return determine_grade(cell)[0]


@pytest.mark.parametrize(
    ("outputs", "score"),
    [
        ([], 3),
        ([stream("stdout")], 3),
        ([PICTURE], 3),
        ([ERROR], 0),
        ([stream("stderr")], 0),
        ([result("2"), ERROR], 2),
        ([stream("stdout"), ERROR], 0),
        ([result("0")], 0),
        ([result("1.5")], 1.5),
        ([result("3")], 3),
        ([result("True")], 3),
        ([result("-1")], 3),
        ([result("nan")], 3),
        ([result("'text'")], 3),
        ([result("1"), result("2")], 1),
    ],
)
def test_scores_are_nbgraders(outputs, score):
    """Errors, stderr, partial credit and odd results count as nbgrader counts them."""
    assert score_test(outputs, 3).score == score == nbgraders(outputs, 3)


texts = st.one_of(
    st.integers(-3, 3).map(str),
    st.floats(-1, 3).map(str),
    st.sampled_from(["inf", "nan", "1e", "'1'", " 2 ", "1_0"]),
)
outputs = st.lists(
    st.one_of(texts.map(result), st.sampled_from([ERROR, PICTURE, stream("stdout"), stream("stderr")])),
    max_size=4,
)


@given(outputs, st.integers(1, 20))
def test_whatever_a_cell_shows_the_score_is_nbgraders_unless_nbgrader_gives_none(shown, points):
    """Where nbgrader breaks off (a result above the points) the score is 0; everywhere else it is nbgrader's."""
    try:
        expected = nbgraders(shown, points)
    except ValueError:
        expected = 0
    assert score_test(shown, points).score == expected


def test_what_nbgrader_refuses_to_grade_earns_nothing():
    """A result above the points or without text comes from learner code only: 0."""
    assert score_test([result("4")], 3).score == 0
    assert (
        score_test([{"output_type": "execute_result", "data": {"image/png": "x"}, "metadata": {}}], 3).score
        == 0
    )


def test_a_cell_that_did_not_finish_earns_nothing():
    """A kernel that died before or in the cell proves nothing."""
    assert score_test(None, 3).score == 0


@pytest.mark.parametrize(
    ("outputs", "state"), [([], "right"), ([result("1")], "partial"), ([ERROR], "wrong")]
)
def test_the_state_names_the_share(outputs, state):
    """Full points are right, none are wrong, anything between is partial."""
    assert score_test(outputs, 3).state == state
