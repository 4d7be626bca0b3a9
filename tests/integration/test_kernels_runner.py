"""Learner code is run to an end that is always known, whatever it does."""

from __future__ import annotations

import pytest

from hocvuso.kernels.runner import RunOutcome, run_notebook

pytestmark = pytest.mark.slow


def shown(outcome: RunOutcome, cell: int) -> str:
    """The plain result of a cell."""
    outputs = outcome.outputs[cell]
    assert outputs is not None
    return "".join(
        o.get("text", "") or o.get("ename", "") or o.get("data", {}).get("text/plain", "") for o in outputs
    )


def test_cells_run_in_order_in_one_namespace_beside_their_files():
    """State passes from cell to cell, errors don't stop the rest, an empty cell is no gap."""
    outcome = run_notebook(["x = 20", "", "1/0", "x + 1", "open('d/a.txt').read()"], {"d/a.txt": b"hi"})
    assert outcome.state == "ok"
    assert [shown(outcome, i) for i in range(5)] == ["", "", "ZeroDivisionError", "21", "'hi'"]


def test_learner_html_does_not_come_back():
    """Of a rich result only text and pictures return."""
    code = "from IPython.display import HTML; HTML('<script>alert(1)</script>')"
    outcome = run_notebook([code])
    assert outcome.outputs[0] is not None
    assert set(outcome.outputs[0][0]["data"]) == {"text/plain"}


def test_a_hidden_traceback_still_counts_as_an_error():
    """Switching off tracebacks does not hide that a cell failed."""
    outcome = run_notebook(["get_ipython().showtraceback = lambda *a, **k: None", "assert False"])
    assert shown(outcome, 1) == "AssertionError"


def test_a_kernel_that_kills_itself_keeps_what_ran_before():
    """The cells before the end count; those after did not finish."""
    outcome = run_notebook(["1 + 1", "import os; os._exit(3)", "3"])
    assert (outcome.state, shown(outcome, 0), outcome.outputs[2]) == ("killed", "2", None)


def test_killing_all_that_can_be_seen_is_an_end_too():
    """Learner code that ends its own process gains nothing: the outcome says killed."""
    code = "import os\nfor p in range(1, 200):\n    try: os.kill(p, 9)\n    except OSError: pass\nos._exit(0)"
    assert run_notebook([code, "3"]).state == "killed"


def test_an_endless_cell_is_interrupted_and_the_rest_runs():
    """As with nbgrader: the looping cell fails after its time, the next ones run."""
    outcome = run_notebook(["while True: pass", "2"], cell_seconds=1)
    assert outcome.state == "ok"
    assert "CellTimeoutError" in shown(outcome, 0)
    assert shown(outcome, 1) == "2"


def test_a_cell_that_only_waits_is_stopped_by_the_clock():
    """The wall limit is the last word."""
    code = "import time\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass"
    outcome = run_notebook(["1", code], cell_seconds=60, wall_seconds=4)
    assert (outcome.state, outcome.outputs[1]) == ("timed_out", None)


def test_a_flood_of_output_is_cut_off():
    """More output than the limit ends the run; the trusted side never holds more than that."""
    outcome = run_notebook(["1", "print('x' * 1_500_000)"], output_limit=1_000_000)
    assert (outcome.state, outcome.outputs[1]) == ("too_much_output", None)


def test_a_cell_that_shows_too_much_fails_alone():
    """As much as a notebook can hold is an error of that cell; the others run."""
    outcome = run_notebook(["print('x' * 3_000_000)", "3"])
    assert outcome.state == "ok"
    assert (shown(outcome, 0)[-13:], shown(outcome, 1)) == ("TooMuchOutput", "3")


def test_a_failure_of_ours_says_so():
    """It is told apart from a failure of the learner's code, and its reason is kept."""
    outcome = run_notebook(["1"], cell_seconds=None)  # type: ignore[arg-type]
    assert outcome.state == "broken"
    assert outcome.detail
