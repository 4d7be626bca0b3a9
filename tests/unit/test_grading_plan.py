"""What hangs on the comparisons of an inside test, and plans that are not to be trusted."""

import json
import random

import pytest

from hocvuso.errors import SandboxError
from hocvuso.grading import calibrate
from hocvuso.grading import plan as plans
from hocvuso.grading.code import RunCell, score_cells
from hocvuso.grading.code_runner import CodeRunner
from hocvuso.grading.plan import Plan, make_job, read_plan, write_plan
from hocvuso.grading.sealing import Form, Question
from hocvuso.kernels.runner import CellRun, RunOutcome, Trial
from hocvuso.lessons.master import CodeCell

CELLS = (
    CodeCell("solution", "f", 0, "def f(): return 1, 2, 3, 4"),
    CodeCell("test", "t", 2, "assert f() == (1, 2, 3, 4)"),
)


def inside(*, weak: bool = False) -> plans.TestPlan:
    """An inside test with three comparisons, of which the last is asked twice."""
    questions = (Question("__part__[0] == m", own=(0,)), Question(""), Question("__part__[0]", always=False))
    form = Form("__check__(0, f())", "f() == 1", ("m = 1",), questions, ("'a'",))
    asked = ["True", [[], []], []]
    expected = ((asked,), (), (asked, ["", [[[0, 1]], []], [2]]))
    return plans.TestPlan(mode="inside", source=CELLS[1].source, form=form, expected=expected, weak=weak)


def test_a_plan_is_read_back_as_it_was(tmp_path):
    """JSON on the disk, equal when read."""
    plan = Plan(("f",), {"t": inside()}, ("x",))
    write_plan(tmp_path / "plan.json", plan)
    kept = read_plan(tmp_path / "plan.json")
    assert json.dumps(kept.record()) == json.dumps(plan.record())
    assert kept.tests["t"].form == plan.tests["t"].form


def test_the_authors_answers_are_those_of_the_authors_calls():
    """What came up only after another answer has none."""
    assert calibrate.answers_of(inside()) == ({"0": "True"}, {}, {"0": "True"})


def test_only_a_test_without_secrets_has_a_canary():
    """A comparison that must fail, other numbers each time; the first form is the test."""
    for weak in (False, True):
        plan = Plan(("f",), {"t": inside(weak=weak)})
        (cell,) = make_job(plan, [(CELLS[1], "")], random.Random(1)).cells
        first, *rest = (form["source"] for form in cell.forms)
        assert first == "__check__(0, f())"
        assert len(rest) == weak
        for text in rest:
            exec(text.replace("__check__(0, f())", "pass").rpartition("\n")[0])  # noqa: S102
            with pytest.raises(AssertionError):
                exec(text.rpartition("\n")[2])  # noqa: S102
        assert plan.weak == (("t",) if weak else ())


def test_more_points_than_the_answers_allow_are_meddling():
    """So is a canary that lives; who has no points is not blamed."""
    error = ({"output_type": "error", "ename": "AssertionError", "evalue": "", "traceback": []},)
    ran = RunCell(CELLS[1], "")
    dead, alive = Trial(outputs=error), Trial(outputs=())
    for outputs, most, canaries, score, tampered in (
        ((), 2.0, (), 2.0, ""),
        ((), None, (), 2.0, ""),
        ((), 1.0, (), 0.0, "check"),
        (error, 0.0, (alive,), 0.0, ""),
        ((), None, (dead,), 2.0, ""),
        ((), None, (alive,), 0.0, "canary"),
    ):
        trials = (Trial(outputs=outputs), *canaries)
        run = CellRun(outputs=outputs, mode="inside", trials=trials, most=most)
        (part,) = score_cells([ran], RunOutcome("ok", (run,)))
        assert (part.score, part.tampered) == (score, tampered)


def test_a_plan_is_kept_only_if_the_authors_solution_passes(tmp_path, monkeypatch):
    """What may have been the machine's fault is tried again after a while."""
    made = []
    clock = [0.0]

    def calibrated(*_, **__):
        made.append(Plan((), {"t": inside()}, failed=() if len(made) == 2 else ("t",)))
        return made[-1]

    monkeypatch.setattr("hocvuso.grading.code_runner.calibrate", calibrated)
    monkeypatch.setattr("hocvuso.grading.code_runner.time.monotonic", lambda: clock[0])
    with CodeRunner(tmp_path) as runner:
        for expected, now in ((1, 0), (1, 30), (2, 61), (3, 200), (3, 10_000)):
            clock[0] = now
            runner.plan(CELLS)
            assert len(made) == expected
            assert len(list(tmp_path.iterdir())) == (expected == 3)


def test_a_broken_run_gives_no_plan(monkeypatch):
    """It says nothing about the tests; whoever grades tries again later."""
    monkeypatch.setattr(
        calibrate,
        "run_submission",
        lambda *_: RunOutcome("broken", (CellRun(), CellRun()), "the judge has gone"),
    )
    with pytest.raises(SandboxError, match="the judge has gone"):
        calibrate.calibrate(CELLS, None)
