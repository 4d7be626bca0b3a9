"""Runs learners' code for the grader: one zygote, one plan per master, any number of submissions at once."""

from __future__ import annotations

import logging
import math
import random
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from hocvuso.grading.calibrate import answers_of, calibrate, earned
from hocvuso.grading.plan import make_job, make_replay, plan_key, read_plan, write_plan
from hocvuso.grading.rule import score_test
from hocvuso.kernels.runner import run_submission
from hocvuso.kernels.zygote import Zygote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hocvuso.grading.plan import Plan
    from hocvuso.kernels.runner import RunOutcome
    from hocvuso.lessons.master import CodeCell

_DOUBTED = 60.0  # seconds for which a plan counts whose author's solution did not pass
log = logging.getLogger("hocvuso.grading")


class CodeRunner:
    """A context manager; safe to use from several threads. SandboxError where no box can be opened.

    ``folder`` keeps the plans, which hold hidden tests: a folder of the grader's. ``chance`` decides what a learner
    must not foresee. ``limits``: other ones than `hocvuso.kernels.runner.Job` has. ``unprotected`` runs without a box:
    only when an operator has said so by name.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        chance: random.Random | None = None,
        unprotected: bool = False,
        limits: Mapping[str, Any] | None = None,
    ) -> None:
        self._limits = dict(limits or {})
        self.zygote = Zygote(unprotected=unprotected)
        self._folder = folder
        self._chance = chance or random.SystemRandom()
        self._lock = threading.Lock()
        self._plans: dict[str, tuple[Plan, float]] = {}
        self._making: dict[str, threading.Lock] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the zygote and all that it runs."""
        self.zygote.close()

    def plan(
        self, cells: Sequence[CodeCell], files: Mapping[str, bytes] | None = None, *, inside: bool = False
    ) -> Plan:
        """How the tests among ``cells`` are judged: known, kept, or found out now (about a second).

        ``inside``: all of them beside the learner's code, so that what one leaves behind the next one finds.

        A plan whose author's solution did not pass is found out again after a while, and never kept on the disk: it
        may have been the machine.
        """
        key = plan_key(cells, files or {}, inside=inside)
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            found, until = self._plans.get(key, (None, 0.0))
            if found is None or time.monotonic() > until:
                found = self._kept(key) or self._made(key, cells, files, inside=inside)
                self._plans[key] = found, time.monotonic() + _DOUBTED if found.failed else math.inf
        return found

    def run(
        self,
        cells: Sequence[CodeCell],
        submitted: Sequence[tuple[CodeCell | None, str]],
        files: Mapping[str, bytes] | None = None,
    ) -> RunOutcome:
        """Run a submission to the author's ``cells``.

        ``submitted`` is all that runs, in order: a cell of the author's, or None for one that the learner added, and
        the source that the learner gave it.
        """
        plan = self.plan(cells, files)
        outcome = run_submission(self.zygote, make_job(plan, submitted, self._chance, files, **self._limits))
        return self.bounded(plan, cells, submitted, outcome, dict(files or {}))

    def bounded(
        self,
        plan: Plan,
        cells: Sequence[CodeCell],
        submitted: Sequence[tuple[CodeCell | None, str]],
        outcome: RunOutcome,
        files: Mapping[str, bytes],
    ) -> RunOutcome:
        """``outcome`` with the most that can have been earned in each inside test (`CellRun.most`).

        Only where a learner has points although an answer was not the author's, the author's code is run again.
        """
        most: dict[str, float] = {}
        doubtful: dict[str, tuple[dict[str, str], ...]] = {}
        for (cell, _), run in zip(submitted, outcome.cells, strict=True):
            if cell is None or not run.trials or not any(plan.tests[cell.id].expected):
                continue
            most[cell.id] = float(cell.points)
            answers = run.trials[0].answers
            if answers != answers_of(plan.tests[cell.id]) and score_test(run.outputs, cell.points).score:
                doubtful[cell.id] = answers
        if doubtful:
            most |= earned(plan, cells, self.zygote, files, doubtful)
        found = (
            replace(run, most=most[cell.id]) if cell and cell.id in most else run
            for (cell, _), run in zip(submitted, outcome.cells, strict=True)
        )
        return replace(outcome, cells=tuple(found))

    def replay(self, cells: Sequence[CodeCell], records: Mapping[str, Any]) -> RunOutcome:
        """Judge ``records`` (`CellRun.record` by test id) by these cells, without running learner code.

        A test whose ``unknown`` is set asks for more than was recorded: the submission must be run again.
        """
        return run_submission(self.zygote, make_replay(self.plan(cells), cells, records))

    def _kept(self, key: str) -> Plan | None:
        return read_plan(self._folder / f"{key}.json") if self._folder else None

    def _made(
        self, key: str, cells: Sequence[CodeCell], files: Mapping[str, bytes] | None, *, inside: bool
    ) -> Plan:
        plan = calibrate(cells, self.zygote, files, inside=inside)
        if plan.weak:
            log.warning(
                "judged beside learner code, and not by hidden values alone: %s",
                ", ".join(plan.weak),
            )
        if plan.failed:
            log.warning("the author's own solution does not pass: %s", ", ".join(plan.failed))
        elif self._folder:
            write_plan(self._folder / f"{key}.json", plan)
        return plan
