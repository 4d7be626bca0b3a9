"""Code answers: the learner's cells inside the master edition, run in the box.

Of the handed-in notebook only sources are taken: of solution cells by id, and of code cells that the learner added.
What runs is the master's order of cells with the master's tests and setup, each own cell behind the cell that it was
handed in behind; so a deleted, copied, moved or edited cell changes nothing but itself.
"""

from __future__ import annotations

import ast
import atexit
import builtins
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from hocvuso.grading.code_runner import CodeRunner
from hocvuso.grading.rule import score_test
from hocvuso.language import N_
from hocvuso.lessons.compose import compose
from hocvuso.lessons.handed_in import read_handed_in
from hocvuso.lessons.python_text import parse
from hocvuso.questions.code.python_words import explain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hocvuso.grading.rule import State
    from hocvuso.kernels.runner import CellRun, Output, RunOutcome
    from hocvuso.lessons.handed_in import HandedCell
    from hocvuso.lessons.master import CodeCell, Master

_STOPPED = {
    "timed_out": N_("Chương trình chạy quá lâu nên bị dừng trước khi tới phần kiểm tra này."),
    "killed": N_("Chương trình tự dừng hoặc dùng quá nhiều bộ nhớ, nên phần kiểm tra này không chạy được."),
    "too_much_output": N_("Chương trình in ra quá nhiều nên bị dừng trước khi tới phần kiểm tra này."),
}
_EQUAL = 1e-9
_FAILED = N_("Phần kiểm tra chưa qua: mã lệnh báo lỗi {error}.")
TAMPERED = N_(
    "Mã lệnh can thiệp vào việc kiểm tra: kết quả sai cũng được báo là đúng. Phần này không được tính điểm."
)
_STDERR = N_("Mã lệnh in ra luồng báo lỗi (stderr) nên phần kiểm tra này không tính điểm.")


Notes: TypeAlias = "tuple[tuple[str, Mapping[str, object]], ...]"


@dataclass(frozen=True, slots=True)
class CodeScore:
    """One test cell's score. ``score`` is None when it could not be run and a person must grade.

    ``mode`` says from where it was judged. ``tampered`` names what showed that learner code meddled with the test,
    for the audit log; the score is 0 then. ``record`` is what was asked and answered, for a replay.
    """

    cell: CodeCell
    score: float | None
    state: State
    source: str
    outputs: tuple[Output, ...] = ()
    notes: Notes = ()
    mode: str = ""
    tampered: str = ""
    record: Any = None


@dataclass(frozen=True, slots=True)
class RunCell:
    """A cell that runs: one of the master's, or (``cell`` is None) one that the learner added."""

    cell: CodeCell | None
    source: str


class Written(dict[str, str]):
    """What a learner wrote: the sources of the solution cells by id, and ``cells``, all that runs, in order."""

    def __init__(self, solutions: Mapping[str, str], cells: Sequence[RunCell]) -> None:
        super().__init__(solutions)
        self.cells = tuple(cells)


def solutions_in(notebook: bytes, master: Master) -> Written:
    """What was written in a handed-in notebook; SubmissionError when it is no notebook.

    Where an id occurs twice the last one counts, as with nbgrader, and the earlier ones are the learner's own cells.
    Setup cells run as the author wrote them, then, where that is another text, as the learner left them.
    """
    known = {cell.id: cell for cell in master.code_cells}
    handed = [cell for cell in read_handed_in(notebook) if cell.grade_id in known or _is_theirs(cell, known)]
    placed = compose(list(known), handed, lambda cell: _known_as(cell, known))
    solutions: dict[str, str] = {}
    cells: list[RunCell] = []
    for place in placed:
        source = place.handed.source if place.handed else ""
        cell = known[place.known] if place.known else None
        if cell and cell.role == "solution" and place.handed:
            solutions[cell.id] = source
        cells.append(RunCell(cell, cell.source if cell and cell.role != "solution" else source))
        if cell and cell.role == "setup" and place.handed and source.strip() != cell.source.strip():
            cells.append(RunCell(None, source))  # what the learner made of it is an own cell behind it
    return Written(solutions, cells)


def run_code(master: Master, solutions: Mapping[str, str], runner: CodeRunner | None = None) -> RunOutcome:
    """Run the master's code cells with what the learner wrote in its places; SandboxError without a box.

    Without a ``runner`` the process's own is used, which starts with the first call and keeps no plans on disk.
    """
    submitted = [(ran.cell, ran.source) for ran in cells_to_run(master, solutions)]
    return (runner or _own_runner()).run(master.code_cells, submitted)


@cache
def _own_runner() -> CodeRunner:
    runner = CodeRunner(None)
    atexit.register(runner.close)
    return runner


def cells_to_run(master: Master, solutions: Mapping[str, str]) -> tuple[RunCell, ...]:
    """All that runs, in order; a missing solution is an empty cell."""
    if isinstance(solutions, Written):
        return solutions.cells
    return tuple(RunCell(cell, sources_of(cell, solutions)) for cell in master.code_cells)


def sources_of(cell: CodeCell, solutions: Mapping[str, str]) -> str:
    """What runs in the place of ``cell``: a missing solution is an empty cell."""
    return solutions.get(cell.id, "") if cell.role == "solution" else cell.source


def score_code(master: Master, solutions: Mapping[str, str], outcome: RunOutcome) -> list[CodeScore]:
    """The score of every test cell of a run that came to an end (``outcome.state`` is not ``broken``)."""
    return score_cells(cells_to_run(master, solutions), outcome)


def score_cells(cells: Sequence[RunCell], outcome: RunOutcome) -> list[CodeScore]:
    """The same for ``cells`` of any master, ours or not."""
    return [
        _score_cell(ran.cell, written, run, outcome.state)
        for ran, written, run in zip(cells, _written(cells), outcome.cells, strict=True)
        if ran.cell and ran.cell.role == "test"
    ]


def unscored(master: Master, solutions: Mapping[str, str]) -> list[CodeScore]:
    """The test cells of a submission whose code could not be run: each waits for a person."""
    cells = cells_to_run(master, solutions)
    return [
        CodeScore(ran.cell, None, "ungraded", written)
        for ran, written in zip(cells, _written(cells), strict=True)
        if ran.cell and ran.cell.role == "test"
    ]


def _written(cells: Sequence[RunCell]) -> list[str]:
    """For each cell what the learner wrote since the test before it."""
    shown: list[str] = []
    since: list[str] = []
    for ran in cells:
        if (ran.cell is None or ran.cell.role == "solution") and ran.source.strip():
            since.append(ran.source.strip())
        shown.append("\n\n".join(since))
        if ran.cell and ran.cell.role == "test":
            since = []
    return shown


def _score_cell(cell: CodeCell, written: str, run: CellRun, state: str) -> CodeScore:
    scored = score_test(run.outputs, cell.points)
    if run.outputs is None:
        return CodeScore(cell, scored.score, scored.state, written, (), ((_STOPPED[state], {}),), run.mode)
    meddled = _meddled(cell, run, scored.score)
    if meddled:
        notes: Notes = ((TAMPERED, {}),)
        return CodeScore(cell, 0.0, "wrong", written, run.outputs, notes, run.mode, meddled, run.record)
    notes = _why(cell, run.outputs) if scored.state == "wrong" else ()
    return CodeScore(
        cell, scored.score, scored.state, written, run.outputs, notes, run.mode, record=run.record
    )


def _meddled(cell: CodeCell, run: CellRun, score: float | None) -> str:
    """What shows that learner code had a hand in a test: "" for nothing.

    The judge has answered the test's comparisons, so it knows what they allow; more points than that, nobody has
    earned. Where nothing is secret, the test runs once more with a comparison at its end that must fail.
    """
    if (
        score
        and run.genuine is not None
        and score > (score_test(run.genuine, cell.points).score or 0) + _EQUAL
    ):
        return "own"
    if score and run.most is not None and score > run.most + _EQUAL:
        return "check"
    if score and any(score_test(trial.outputs, cell.points).score for trial in run.trials[1:]):
        return "canary"
    return " ".join(run.changed)


def _why(cell: CodeCell, outputs: tuple[Output, ...]) -> Notes:
    """Why a test failed, in words that hold nothing that learner code could have put there.

    An assertion's message is shown when the author wrote it out in the test. Anything else that comes out of
    the kernel may be the hidden test itself, put into an error by the learner's code.
    """
    for output in outputs:
        if output["output_type"] == "error":
            said = output["evalue"]
            if said in _messages(cell.source):
                return ((said, {}),)
            name = output["ename"]
            if name == "DeadKernelError":
                return ((_STOPPED["killed"], {}),)
            return _told(name if name in _KNOWN_ERRORS else "Exception")
        if output["output_type"] == "stream" and output["name"] == "stderr":
            return ((_STDERR, {}),)
    return ()


def _told(error: str) -> Notes:
    """An error in words for people who have never seen code; what was not written yet is no failed test."""
    words = None if error == "AssertionError" else explain(error)  # the test's own, which says no more
    if error == "NotImplementedError" and words:
        return ((words, {}),)
    failed = (_FAILED, {"error": error})
    return (failed, (words, {})) if words else (failed,)


_KNOWN_ERRORS = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, Exception)
) | {"CellTimeoutError"}


@lru_cache(maxsize=1024)
def _messages(source: str) -> frozenset[str]:
    try:
        tree = parse(source)
    except SyntaxError:  # IPython's own syntax in a test
        return frozenset()
    messages = (node.msg for node in ast.walk(tree) if isinstance(node, ast.Assert))
    return frozenset(m.value for m in messages if isinstance(m, ast.Constant) and isinstance(m.value, str))


def _known_as(cell: HandedCell, known: Mapping[str, CodeCell]) -> str:
    """The id of the master's cell that ``cell`` claims to be; a setup cell has no grade id, only its own."""
    if cell.grade_id in known:
        return cell.grade_id
    return cell.cell_id if _is_setup(cell, known) else ""


def _is_theirs(cell: HandedCell, known: Mapping[str, CodeCell]) -> bool:
    """Whether the learner added it, or it marks the place of a setup cell. Our other cells give way to the master's."""
    return cell.kind == "code" and (not cell.role or _is_setup(cell, known))


def _is_setup(cell: HandedCell, known: Mapping[str, CodeCell]) -> bool:
    return cell.role == "setup" and cell.cell_id in known and known[cell.cell_id].role == "setup"
