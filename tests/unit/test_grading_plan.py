"""Variants of an inside test, and plans that are not to be trusted."""

import random
from collections import Counter

import pytest

from hocvuso.grading import plan as plans
from hocvuso.grading.code import RunCell, score_cells
from hocvuso.grading.code_runner import CodeRunner
from hocvuso.grading.plan import Choice, Plan, make_job, read_plan, write_plan
from hocvuso.grading.reading import Change
from hocvuso.kernels.runner import CellRun, RunOutcome
from hocvuso.lessons.master import CodeCell

CELLS = (
    CodeCell("solution", "f", 0, "def f(): return 1, 2, 3, 4"),
    CodeCell("test", "t", 2, "assert f() == (1, 2, 3, 4)"),
)


def inside(values: list[int]) -> plans.TestPlan:
    """A test ``f() == (1, 2, 3, 4)`` with so many other values at each of its places."""
    source = CELLS[1].source
    choices = [
        Choice(
            change=Change(source.index(str(place)), source.index(str(place)) + 1, str(10 * place + other)),
            score=0.0,
        )
        for place, count in enumerate(values, 1)
        for other in range(count)
    ]
    return plans.TestPlan(mode="inside", source=source, choices=tuple(choices))


@pytest.mark.parametrize(
    ("values", "texts"), [([1], 2), ([7], 8), ([1, 1], 4), ([3, 3], 8), ([1, 1, 1, 1], 8)]
)
def test_no_value_is_more_frequent_than_another(values, texts):
    """Among the test and its variants each value of a place stands in as many texts as the others of that place."""
    for seed in range(20):
        plan = Plan(("f",), {"t": inside(values)})
        job = make_job(plan, [(CELLS[1], "")], random.Random(seed))
        (cell,) = job.cells
        found = [cell.source, *cell.variants]
        assert len(set(found)) == len(found) == texts
        columns = zip(*(text.rpartition("(")[2].rstrip(")").split(", ") for text in found), strict=True)
        for column in columns:
            assert len(set(Counter(column).values())) == 1


def test_a_plan_is_read_back_as_it_was(tmp_path):
    """JSON on the disk, equal when read."""
    plan = Plan(("f",), {"t": inside([2, 1])}, ("x",))
    write_plan(tmp_path / "plan.json", plan)
    assert read_plan(tmp_path / "plan.json") == plan


def test_a_wrong_answer_that_a_variant_expects_is_not_called_meddling():
    """It fails the test, so it has no points to lose; one that passes both is named."""
    error = ({"output_type": "error", "ename": "AssertionError", "evalue": "", "traceback": []},)
    ran = RunCell(CELLS[1], "")
    for outputs, score, tampered in ((error, 0.0, ""), ((), 0.0, "variant")):
        run = CellRun(outputs=outputs, mode="inside", variants=((0.0, error), (0.0, ())))
        (part,) = score_cells([ran], RunOutcome("ok", (run,)))
        assert (part.score, part.tampered) == (score, tampered)


def test_a_plan_is_kept_only_if_the_authors_solution_passes(tmp_path, monkeypatch):
    """What may have been the machine's fault is tried again after a while."""
    made = []
    clock = [0.0]

    def calibrated(*_):
        made.append(Plan((), {"t": inside([1])}, failed=() if len(made) == 2 else ("t",)))
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
    monkeypatch.setattr(plans, "run_submission", lambda *_: RunOutcome("broken", (), "the judge has gone"))
    with pytest.raises(plans.SandboxError, match="the judge has gone"):
        plans.calibrate(CELLS, None, random.Random(1))


def test_an_inside_test_with_few_hidden_values_is_weak():
    """Four texts or more, whose differences nobody has seen, are enough."""
    shown = "assert f(0) == 9\n"
    hidden = "### BEGIN HIDDEN TESTS\nassert f(1) == 5\n### END HIDDEN TESTS\n"
    where = (shown + hidden).index("5")
    for source, start, count, weak in (
        (shown + hidden, where, 3, False),
        (shown + hidden, where, 2, True),
        (shown, shown.index("9"), 7, True),
    ):
        choices = tuple(Choice(change=Change(start, start + 1, str(n)), score=0.0) for n in range(count))
        test = plans.TestPlan(mode="inside", source=source, choices=choices)
        assert Plan((), {"t": test}).weak == (("t",) if weak else ())
    assert Plan((), {"t": plans.TestPlan(mode="outside", source=shown)}).weak == ()
