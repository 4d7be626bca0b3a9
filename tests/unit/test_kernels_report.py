"""What comes out of the box is rebuilt from allowed pieces only."""

from __future__ import annotations

import socket
import time

import pytest

from hocvuso.kernels.judge import JOB_LIMIT
from hocvuso.kernels.runner import Job, JobCell, _Report, clean_output
from hocvuso.kernels.wire import Wire


@pytest.mark.parametrize(
    "forged",
    [
        None,
        3,
        [],
        {},
        {"output_type": "html"},
        {"output_type": {"stream": 1}},
        {"output_type": "update_display_data"},
    ],
)
def test_unknown_outputs_are_dropped(forged: object):
    """A shape that no notebook has does not get in."""
    assert clean_output(forged) is None


def test_wrong_types_inside_an_output_become_empty_text():
    """Every value that leaves is text, so nobody downstream meets a surprise."""
    assert clean_output({"output_type": "stream", "name": 7, "text": {"a": 1}}) == {
        "output_type": "stream",
        "name": "stdout",
        "text": "",
    }
    error = clean_output({"output_type": "error", "ename": 1, "traceback": "x"})
    assert error == {"output_type": "error", "ename": "", "evalue": "", "traceback": []}


def test_html_and_metadata_do_not_pass():
    """Rich forms that a page could run are left behind."""
    output = {
        "output_type": "display_data",
        "data": {"text/html": "<b>", "text/plain": ["a", "b"]},
        "metadata": {"x": 1},
    }
    assert clean_output(output) == {
        "output_type": "display_data",
        "data": {"text/plain": "ab"},
        "metadata": {},
    }


CELLS = (
    JobCell(role="learner", source="1"),
    JobCell(role="test", source="f()", mode="inside"),
)


@pytest.mark.parametrize(
    "message",
    [
        {"cell": 5, "outputs": []},
        {"cell": True, "outputs": []},
        {"cell": -1, "outputs": []},
        {"cell": "0", "outputs": []},
        {"outputs": []},
        {"end": "graded"},
    ],
)
def test_a_message_about_no_cell_proves_nothing(message: dict[str, object]):
    """Only a well-formed message about an existing cell counts as run; an unknown end is a failure of ours."""
    ours, theirs = socket.socketpair()
    sender = Wire(theirs, limit=JOB_LIMIT)
    sender.send(message)
    sender.close()
    report = _Report(Job(cells=CELLS))
    wire = Wire(ours)
    report.read(wire, time.monotonic() + 60)
    wire.close()
    outcome = report.outcome(0.0)
    assert (outcome.state, outcome.outputs) == ("broken", (None, None))


def test_what_learner_code_said_is_taken_as_text_only():
    """Lists of other things, outputs of other shapes and later word on other cells' modes get lost on the way."""
    report = _Report(Job(cells=CELLS))
    report._take({"cell": 0, "outputs": {"a": 1}, "mode": "outside"})
    report._take(
        {
            "cell": 1,
            "outputs": [7],
            "mode": "inside",
            "changed": [1, "hooks"],
            "trials": [{"outputs": [7], "answers": [{"0": "True"}]}],
        }
    )
    first, second = report._cells
    assert (first.outputs, first.mode) == ((), "")
    assert (second.outputs, second.mode, second.changed) == ((), "inside", ("hooks",))
    (trial,) = second.trials
    assert (trial.outputs, trial.answers, second.most) == ((), ({"0": "True"},), None)


def test_more_than_the_limit_ends_the_report():
    """The trusted side never holds much more than the limit."""
    report = _Report(Job(cells=CELLS, output_limit=1000))
    report._take({"cell": 0, "outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * 5000}]})
    assert report._size > 1000
    assert report.outcome(0.0).outputs == (None, None)
