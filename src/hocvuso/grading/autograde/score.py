"""Prepares a submission's notebooks for the box and scores what they showed: nothing is written.

The rule is `hocvuso.grading.rule`'s, which is nbgrader's; an answer that a person must grade has no score, and one
that was not touched has 0 and nbgrader's own comment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from nbformat import v4 as untyped_v4
from nbformat.notebooknode import from_dict
from nbgrader.utils import compute_checksum

from hocvuso.grading.autograde.notebook import build, is_skipped, without_html
from hocvuso.grading.autograde.settings import Settings, apply
from hocvuso.grading.code import TAMPERED, RunCell, score_cells
from hocvuso.grading.rule import score_test
from hocvuso.language import N_, get_language
from hocvuso.lessons.handed_in import HandedCell, read_handed_in
from hocvuso.lessons.master import CodeCell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hocvuso.grading.autograde.course import Course
    from hocvuso.kernels.runner import Output, RunOutcome
    from hocvuso.lessons.any_master import NotebookMaster

v4: Any = untyped_v4  # nbformat's builders have no types
node: Any = from_dict
_OURS = "/hocvuso/kernels/"  # frames of the judge, in which no instructor finds anything
NO_RESPONSE = "No response."  # nbgrader's own words, which formgrader shows
say = get_language("vi")  # the notebook is a document for trainers, written once
_STOPPED = {
    "timed_out": N_("Sổ tay chạy quá lâu nên bị dừng ở ô này."),
    "killed": N_("Mã lệnh tự dừng hoặc dùng quá nhiều bộ nhớ, nên từ ô này trở đi không chạy được."),
    "too_much_output": N_("Mã lệnh in ra quá nhiều nên bị dừng ở ô này."),
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A notebook that is ready to run."""

    master: NotebookMaster
    notebook: Any
    resources: dict[str, Any]

    def cells(self, skip_tag: str) -> dict[int, RunCell]:
        """The code cells that run, by their places."""
        masters = {cell.id: cell for cell in self.master.cells}
        found: dict[int, RunCell] = {}
        for index, cell in enumerate(self.notebook["cells"]):
            if cell["cell_type"] != "code" or is_skipped(cell, skip_tag):
                continue
            its = masters.get(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
            known = None
            if its is not None and (its.is_test or its.locked):
                role: Literal["test", "setup"] = "test" if its.is_test else "setup"
                known = CodeCell(role, its.id, its.points if its.is_test else 0, cell["source"])
            found[index] = RunCell(known, cell["source"])
        return found


@dataclass(frozen=True, slots=True)
class Graded:
    """A notebook with its scores: None where a person must grade. ``comments`` are for what learners write."""

    name: str
    notebook: Any
    scores: Mapping[str, float | None] = field(default_factory=dict)
    comments: Mapping[str, str | None] = field(default_factory=dict)
    stopped: str = ""


def prepare(
    course: Course, settings: Settings, master: NotebookMaster, file: Path, resources: dict[str, Any]
) -> Prepared:
    """Put the handed-in notebook ``file`` into its master; HocVuSoError when it can't be read."""
    handed: tuple[HandedCell, ...] = read_handed_in(file.read_bytes())
    notebook = build(master, handed, settings.skip_tag)
    return Prepared(
        master,
        apply(settings.steps.before, course, notebook, resources) if settings.steps.before else notebook,
        resources,
    )


def score(prepared: Prepared, outcome: RunOutcome, course: Course, settings: Settings) -> Graded:
    """The scores of a notebook that was run, and the notebook as formgrader will show it."""
    notebook = prepared.notebook
    cells = prepared.cells(settings.skip_tag)
    meddled = {part.cell.id for part in score_cells([*cells.values()], outcome) if part.tampered}
    _put_outputs(prepared, list(cells), outcome, settings)
    if settings.steps.after:
        notebook = apply(settings.steps.after, course, notebook, prepared.resources)
    tests = {cell.id: cell for cell in prepared.master.cells if cell.is_test}
    scores: dict[str, float | None] = {}
    comments: dict[str, str | None] = {}
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader") or {}
        name: str = about.get("grade_id", "")
        if name in tests:
            if name in meddled:
                cell["outputs"] = [*cell["outputs"], _error("Tampered", say(TAMPERED))]
            scores[name] = score_test(cell["outputs"], tests[name].points).score
        elif about.get("grade"):
            scores[name] = 0.0 if _is_untouched(cell) else None
        if about.get("solution"):
            comments[name] = NO_RESPONSE if _is_untouched(cell) else None
        elif about.get("task"):
            comments[name] = None
    notebook = apply(settings.steps.last, course, notebook, prepared.resources)
    stopped = outcome.state if outcome.state != "ok" else ""
    return Graded(prepared.master.name, without_html(notebook), scores, comments, stopped)


def _put_outputs(prepared: Prepared, places: Sequence[int], outcome: RunOutcome, settings: Settings) -> None:
    """Give every cell what it showed, numbered as a kernel numbers them; the first that did not end says why."""
    told = False
    for count, (index, shown) in enumerate(zip(places, outcome.outputs, strict=True), start=1):
        cell = prepared.notebook["cells"][index]
        if shown is None:
            cell["outputs"] = (
                [] if told and not _is_graded(cell) else [_error("Stopped", say(_STOPPED[outcome.state]))]
            )
            told = True
            continue
        cell["execution_count"] = count
        cell["outputs"] = [_numbered(output, count, settings) for output in shown]


def _numbered(output: Output, count: int, settings: Settings) -> Any:
    """An output as an nbformat node."""
    if output["output_type"] == "execute_result":
        return node({**output, "execution_count": count})
    if output["output_type"] == "error" and output["ename"] == "CellTimeoutError" and settings.timeout_error:
        return node({"output_type": "error", **settings.timeout_error})
    if output["output_type"] == "error":
        frames = [frame for frame in output["traceback"] if _OURS not in frame]
        return node({**output, "traceback": frames})
    return node(output)


def _error(name: str, sentence: str) -> Any:
    return v4.new_output("error", ename=name, evalue=sentence, traceback=[sentence])


def _is_graded(cell: Any) -> bool:
    return bool(cell["metadata"].get("nbgrader", {}).get("grade"))


def _is_untouched(cell: Any) -> bool:
    return bool(cell["metadata"]["nbgrader"].get("checksum") == compute_checksum(cell))
