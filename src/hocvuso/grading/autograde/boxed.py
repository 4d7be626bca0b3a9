"""Runs notebooks of any nbgrader course with the judge: which cells are the learner's, which are tests, what they need.

Each test runs where learner code has no hand in it (see `hocvuso.grading.plan`), and nothing of it survives into
later cells of the learner. Some courses count on what a test leaves behind: a helper that later tests call, data that
a later answer uses. Where a later cell uses a name that only a test makes, that test's source runs once more in the
learner's process after it was judged, so that later cells find what they would find with nbgrader. The author's own
notebook is run as nbgrader runs it and by the judge; should the scores differ, this is done for every test; should they
still differ, all tests run beside the learner's code, one after the other. The way that comes nearest is taken.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hocvuso.errors import SandboxError
from hocvuso.grading.code import RunCell
from hocvuso.grading.plan import Plan, make_job
from hocvuso.grading.reading import names_made, names_used
from hocvuso.grading.rule import score_test
from hocvuso.kernels.runner import Files, run_notebook, run_submission
from hocvuso.language import N_
from hocvuso.lessons.master import CodeCell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from hocvuso.grading.code_runner import CodeRunner
    from hocvuso.kernels.runner import RunOutcome
    from hocvuso.lessons.any_master import NotebookMaster

SHORTEST_RUN = 180  # seconds for a whole notebook, however few cells it has
_LEFT = ":left"  # what a test leaves behind; no nbgrader id has a colon


@dataclass(frozen=True, slots=True)
class Way:
    """How the tests of a notebook are judged, which of them later cells count on, and the author's cells for both."""

    plan: Plan
    left: frozenset[str]
    cells: tuple[CodeCell, ...]


class Boxed:
    """The runner of one assignment. Safe to use from several threads.

    ``files`` are the instructor's, which tests may count on; ``stand_ins`` are the instructor's own version of files
    that learners write.
    """

    def __init__(
        self,
        runner: CodeRunner,
        files: Mapping[str, bytes],
        stand_ins: Mapping[str, bytes],
        *,
        cell_seconds: float,
        skip_tag: str,
    ) -> None:
        self._runner = runner
        self._files = files
        self._stand_ins = stand_ins
        self._seconds = cell_seconds
        self._skip_tag = skip_tag
        self._chance = random.SystemRandom()
        self._ways: dict[str, Way] = {}
        self._finding = threading.Lock()

    def run(self, master: NotebookMaster, cells: Sequence[RunCell], own: Mapping[str, bytes]) -> RunOutcome:
        """What became of ``cells``, all that runs, in order, beside the learner's ``own`` files.

        SandboxError when the box failed.
        """
        way = self._way(master)
        files = Files(self._files, own)
        submitted: list[tuple[CodeCell | None, str]] = []
        kept: list[int] = []
        for ran in cells:
            kept.append(len(submitted))
            submitted.append((ran.cell, ran.source))
            if ran.cell and ran.cell.id in way.left:
                submitted.append((None, ran.cell.source))
        outcome = self._judged(way.plan, submitted, files)
        if outcome.state == "broken":
            raise SandboxError(N_("Hộp cát không chạy được: {why}"), why=outcome.detail[-300:])
        authors = Files(self._files, self._stand_ins)
        outcome = self._runner.bounded(way.plan, way.cells, submitted, outcome, authors)
        return replace(outcome, cells=tuple(outcome.cells[place] for place in kept))

    def _judged(
        self, plan: Plan, submitted: Sequence[tuple[CodeCell | None, str]], files: Mapping[str, bytes]
    ) -> RunOutcome:
        total = int(max(SHORTEST_RUN, self._seconds * len(submitted)))
        job = make_job(plan, submitted, self._chance, files, seconds=self._seconds, **self._limits(total))
        return run_submission(self._runner.zygote, job)

    def _way(self, master: NotebookMaster) -> Way:
        """The master's way, found with the first submission. Nothing that a learner handed in has a say in it."""
        with self._finding:
            if master.name not in self._ways:
                self._ways[master.name] = self._find(master)
            return self._ways[master.name]

    def _find(self, master: NotebookMaster) -> Way:
        cells = author_cells(master, self._skip_tag)
        files = Files(self._files, self._stand_ins)
        tests = frozenset(cell.id for cell in cells if cell.role == "test")
        way = Way(Plan((), {}), frozenset(), ())
        if not tests:
            return way
        expected = self._as_nbgrader(cells, files)
        most = -1
        needed = left_behind(cells)
        for left, inside in ((needed, False), (tests, False), (needed, True)):
            some = with_left(cells, left)
            plan = self._runner.plan(some, files, inside=inside)
            outcome = self._judged(plan, [(cell, cell.source) for cell in some], files)
            found = _scores(some, outcome)
            same = sum(found[name] == score for name, score in expected.items())
            if same > most:
                most, way = same, Way(plan, left, tuple(some))
            if found == expected:
                break
        return way

    def _as_nbgrader(self, cells: Sequence[CodeCell], files: Mapping[str, bytes]) -> dict[str, float]:
        """The scores of the author's notebook, run from top to bottom in one process."""
        sources = tuple(cell.source for cell in cells)
        total = int(max(SHORTEST_RUN, self._seconds * len(sources)))
        limits = self._limits(total)
        zygote = self._runner.zygote
        outcome = run_notebook(sources, files, zygote=zygote, cell_seconds=self._seconds, **limits)
        return _scores(cells, outcome)

    def _limits(self, total: int) -> dict[str, Any]:
        """Limits of the whole, and how long a cell that waits may do so: as `hocvuso.kernels.judge` counts, thrice."""
        return {"cpu_seconds": total, "wall_seconds": total + 60, "stall_seconds": self._seconds}


def author_cells(master: NotebookMaster, skip_tag: str) -> tuple[CodeCell, ...]:
    """The author's way through a notebook, for the judge: locked cells are setup, all that is not locked is a solution.

    Without a source notebook it is the released one: tests that only a solution passes are then judged inside.
    """
    known = {cell.id: cell for cell in master.cells}
    made: list[CodeCell] = []
    for number, cell in enumerate(master.author):
        its = known.get(cell.id)
        if its is not None and its.is_test:
            made.append(CodeCell("test", its.id, its.points, its.source))
        elif skip_tag in cell.tags or not cell.source.strip():
            continue
        elif its is not None and its.locked:
            made.append(CodeCell("setup", its.id, 0, its.source))
        else:
            made.append(CodeCell("solution", f"{cell.id}:{number}", 0, cell.source))
    have = {cell.id for cell in made}
    made += [
        CodeCell("test", cell.id, cell.points, cell.source)
        if cell.is_test
        else CodeCell("setup" if cell.locked else "solution", cell.id, 0, cell.source)
        for cell in master.cells
        if cell.kind == "code" and cell.id not in have and (cell.is_test or not master.author)
    ]
    return tuple(made)


def left_behind(cells: Sequence[CodeCell]) -> frozenset[str]:
    """The tests that make a name which a later cell uses and no other cell made before."""
    made: set[str] = set()
    of_test: dict[str, str] = {}
    wanted: set[str] = set()
    for cell in cells:
        wanted |= {of_test[name] for name in names_used(cell.source) if of_test.get(name, cell.id) != cell.id}
        for name in names_made(cell.source):
            if cell.role != "test":
                of_test.pop(name, None)
                made.add(name)
            elif name not in made:
                of_test[name] = cell.id
    return frozenset(wanted)


def with_left(cells: Iterable[CodeCell], left: Collection[str]) -> tuple[CodeCell, ...]:
    """``cells`` with what the tests ``left`` leave behind, as the learner's process gets it."""
    made: list[CodeCell] = []
    for cell in cells:
        made.append(cell)
        if cell.id in left:
            made.append(CodeCell("solution", cell.id + _LEFT, 0, cell.source))
    return tuple(made)


def _scores(cells: Sequence[CodeCell], outcome: RunOutcome) -> dict[str, float]:
    return {
        cell.id: score_test(run.outputs, cell.points).score
        for cell, run in zip(cells, outcome.cells, strict=True)
        if cell.role == "test"
    }
