"""Running code when something of ours fails: once more, and then a person decides."""

import pytest

from hocvuso.grading import assess
from hocvuso.grading.assess import CodeScorer
from hocvuso.kernels.runner import CellRun, RunOutcome
from hocvuso.lessons.master import CodeCell, Master

CELLS = (CodeCell("solution", "f", 0, "def f(): return 1"), CodeCell("test", "t", 2, "assert f() == 1"))
MASTER = Master("t99-01", "t99-01", (), CELLS, "0" * 64, {})
RIGHT = RunOutcome("ok", (CellRun(outputs=()), CellRun(outputs=(), mode="outside")))
BROKEN = RunOutcome("broken", (CellRun(), CellRun()), "Traceback\nOSError: what somebody wrote")


@pytest.mark.parametrize(
    ("outcomes", "score"),
    [([RIGHT], 2.0), ([BROKEN, RIGHT], 2.0), ([BROKEN, BROKEN], None)],
)
def test_a_failure_of_ours_is_tried_once_more(monkeypatch, caplog, outcomes, score):
    """One that passes costs the learner nothing; one that stays leaves the cell to a person, with a reason."""
    left = list(outcomes)
    monkeypatch.setattr(assess, "probe", lambda: None)
    monkeypatch.setattr(assess, "run_code", lambda *_: left.pop(0))
    scorer = CodeScorer()
    try:
        (part,), fault = scorer.score(MASTER, {"f": "def f(): return 1"})
    finally:
        scorer.close()
    assert left == []
    assert (part.score, fault is None) == (score, score is not None)
    assert "somebody wrote" not in caplog.text
