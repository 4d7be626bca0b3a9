"""Code answers: the learner's solution cells inside the master edition, run in the box.

Of the handed-in notebook only the sources of solution cells are taken, by id. What runs is the master's order of
cells with the master's tests, so that a deleted, copied, moved or edited cell changes nothing but itself.
"""

from __future__ import annotations

import ast
import builtins
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hocvuso.errors import SubmissionError
from hocvuso.grading.rule import score_test
from hocvuso.kernels.runner import Output, RunOutcome, run_notebook
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hocvuso.grading.rule import State
    from hocvuso.lessons.master import CodeCell, Master

_STOPPED = {
    "timed_out": N_("Chương trình chạy quá lâu nên bị dừng trước khi tới phần kiểm tra này."),
    "killed": N_("Chương trình tự dừng hoặc dùng quá nhiều bộ nhớ, nên phần kiểm tra này không chạy được."),
    "too_much_output": N_("Chương trình in ra quá nhiều nên bị dừng trước khi tới phần kiểm tra này."),
}
_FAILED = N_("Phần kiểm tra chưa qua: mã lệnh báo lỗi {error}.")
_STDERR = N_("Mã lệnh in ra luồng báo lỗi (stderr) nên phần kiểm tra này không tính điểm.")


@dataclass(frozen=True, slots=True)
class CodeScore:
    """One test cell's score. ``score`` is None when it could not be run and a person must grade."""

    cell: CodeCell
    score: float | None
    state: State
    source: str
    outputs: tuple[Output, ...] = ()
    notes: tuple[tuple[str, Mapping[str, object]], ...] = ()


def solutions_in(notebook: bytes, master: Master) -> dict[str, str]:
    """The sources of the solution cells in a handed-in notebook; SubmissionError when it is no notebook.

    Where an id occurs twice the last one counts, as with nbgrader. Everything else in the notebook is ignored.
    """
    wanted = {cell.id for cell in master.solutions}
    try:
        cells = json.loads(notebook.decode("utf-8"))["cells"]
        found = [(_grade_id(cell), _source(cell)) for cell in cells if isinstance(cell, dict)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SubmissionError(
            N_("Sổ tay (tệp .ipynb) trong bài nộp bị hỏng hoặc bị cắt cụt nên không đọc được.")
        ) from error
    return {name: source for name, source in found if name in wanted}


def run_code(master: Master, solutions: Mapping[str, str]) -> RunOutcome:
    """Run the master's code cells with the learner's solutions in their places; SandboxError without a box."""
    return run_notebook([sources_of(cell, solutions) for cell in master.code_cells])


def sources_of(cell: CodeCell, solutions: Mapping[str, str]) -> str:
    """What runs in the place of ``cell``: a missing solution is an empty cell."""
    return solutions.get(cell.id, "") if cell.role == "solution" else cell.source


def score_code(master: Master, solutions: Mapping[str, str], outcome: RunOutcome) -> list[CodeScore]:
    """The score of every test cell of a run that came to an end (``outcome.state`` is not ``broken``)."""
    return [
        _score_cell(cell, written, outputs, outcome.state)
        for cell, written, outputs in zip(
            master.code_cells, _written(master, solutions), outcome.outputs, strict=True
        )
        if cell.role == "test"
    ]


def unscored(master: Master, solutions: Mapping[str, str]) -> list[CodeScore]:
    """The test cells of a submission whose code could not be run: each waits for a person."""
    pairs = zip(master.code_cells, _written(master, solutions), strict=True)
    return [CodeScore(cell, None, "ungraded", written) for cell, written in pairs if cell.role == "test"]


def _written(master: Master, solutions: Mapping[str, str]) -> list[str]:
    """For each code cell what the learner wrote since the test before it."""
    shown: list[str] = []
    since: list[str] = []
    for cell in master.code_cells:
        if cell.role == "solution":
            since.append(solutions.get(cell.id, ""))
        shown.append("\n\n".join(since).strip())
        if cell.role == "test":
            since = []
    return shown


def _score_cell(cell: CodeCell, written: str, outputs: tuple[Output, ...] | None, state: str) -> CodeScore:
    scored = score_test(outputs, cell.points)
    if outputs is None:
        return CodeScore(cell, scored.score, scored.state, written, (), ((_STOPPED[state], {}),))
    notes: tuple[tuple[str, Mapping[str, object]], ...] = ()
    if scored.state == "wrong":
        notes = _why(cell, outputs)
    return CodeScore(cell, scored.score, scored.state, written, outputs, notes)


def _why(cell: CodeCell, outputs: tuple[Output, ...]) -> tuple[tuple[str, Mapping[str, object]], ...]:
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
            return ((_FAILED, {"error": name if name in _KNOWN_ERRORS else "Exception"}),)
        if output["output_type"] == "stream" and output["name"] == "stderr":
            return ((_STDERR, {}),)
    return ()


_KNOWN_ERRORS = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, Exception)
) | {"CellTimeoutError"}


def _messages(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # IPython's own syntax in a test
        return set()
    messages = (node.msg for node in ast.walk(tree) if isinstance(node, ast.Assert))
    return {m.value for m in messages if isinstance(m, ast.Constant) and isinstance(m.value, str)}


def _grade_id(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return name if isinstance(name, str) else ""


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""
