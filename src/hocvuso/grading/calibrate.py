"""Finds out how the tests of a master are judged, by running the author's own solution both ways.

First from outside; what does not pass there, inside as it stands; then inside in forms that ask the judge
(`hocvuso.grading.sealing`), with as much taken out of the text as the author's solution does without; last with the
judge telling the opposite of each answer, to see what hangs on it. A second or three for each master, once.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from hocvuso.errors import SandboxError
from hocvuso.grading import reading
from hocvuso.grading.plan import Plan, TestPlan, test_cell
from hocvuso.grading.rule import score_test
from hocvuso.grading.sealing import ALL, COARSE, LEFT, Form, Sealing
from hocvuso.kernels.runner import Job, JobCell, run_submission
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hocvuso.kernels.runner import CellRun, Trial
    from hocvuso.kernels.zygote import Zygote
    from hocvuso.lessons.master import CodeCell

_ROUNDS = 4  # of trying which tests can be judged from outside
_TRIED = 60  # answers of a test whose opposite is tried, at most
_EQUAL = 1e-9


def calibrate(cells: Sequence[CodeCell], zygote: Zygote, files: Mapping[str, bytes] | None = None) -> Plan:
    """Find out how the tests among ``cells`` are to be judged.

    SandboxError without a box, or when a failure of ours says nothing about the tests. In a master without solutions
    nothing passes, so every test is judged inside, as it is.
    """
    trial = _Trial(cells, zygote, files or {})
    sources = {cell.id: reading.python_of(cell.source) for cell in cells if cell.role == "test"}
    bound, derived = _learners_names(cells)
    plan = Plan(bound, {n: TestPlan(mode="outside", source=text) for n, text in sources.items()}, derived)
    trial.run(plan, calibrate=True)
    for _ in range(_ROUNDS):
        plan = replace(plan, tests=_sorted_out(plan, trial))
        trial.run(plan)
        if all(trial.passes(n) for n, test in plan.tests.items() if test.mode == "outside"):
            break
    failed = tuple(name for name in plan.tests if not trial.passes(name))
    inside = [n for n, test in plan.tests.items() if test.mode == "inside"]
    changed = {n: trial.runs[n].changed for n in inside}
    sealed = _seal(trial, plan, [n for n in inside if n not in failed])
    tests = {n: sealed.get(n, test) for n, test in plan.tests.items()}
    tests |= {n: replace(tests[n], ignored=changed[n]) for n in inside}
    return replace(plan, tests=tests, failed=failed)


def _learners_names(cells: Sequence[CodeCell]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that the author's solution binds; and those that hold what it changed, or what came of it.

    What a test makes is the judge's, also where the test's source runs in the learner's process once more.
    """
    bound: set[str] = set()
    derived: set[str] = set()
    of_tests = {cell.source for cell in cells if cell.role == "test"}
    for cell in cells:
        if cell.role == "solution" and cell.source in of_tests:
            continue
        if cell.role == "solution":
            bound |= reading.names_bound(cell.source)
            derived |= reading.names_touched(cell.source)
        elif cell.role == "setup" and (bound | derived) & set(reading.names_used(cell.source)):
            derived |= reading.names_bound(cell.source)
    return tuple(sorted(bound)), tuple(sorted(derived - bound))


class _Trial:
    """Runs of the author's own cells. ``runs``: what came of each test in the last one."""

    def __init__(self, cells: Sequence[CodeCell], zygote: Zygote, files: Mapping[str, bytes]) -> None:
        self.cells = cells
        self._zygote, self._files = zygote, files
        self._tests = {cell.id: cell for cell in cells if cell.role == "test"}
        self.runs: dict[str, CellRun] = {}

    def run(
        self, plan: Plan, forms: Mapping[str, Sequence[Form]] | None = None, *, calibrate: bool = False
    ) -> dict[str, CellRun]:
        """Run all cells, inside tests in each of ``forms``, else in their plan's own."""
        job_cells = []
        for cell in self.cells:
            if cell.role == "test":
                test = plan.tests[cell.id]
                tried = (forms or {}).get(cell.id) or ([test.form] if test.form else [])
                job_cells.append(replace(test_cell(cell, test, tried), expected=None))
            else:
                job_cells.append(
                    JobCell(role="setup" if cell.role == "setup" else "learner", source=cell.source)
                )
        job = Job(
            cells=tuple(job_cells),
            bound=plan.bound,
            derived=plan.derived,
            files=self._files,
            calibrate=calibrate,
            seed=1,
        )
        outcome = run_submission(self._zygote, job)
        pairs = zip(self.cells, outcome.cells, strict=True)
        self.runs = {cell.id: run for cell, run in pairs if cell.role == "test"}
        whole = all(len(self.runs[n].trials) == len(tried) for n, tried in (forms or {}).items() if tried)
        if outcome.state == "broken" or not whole:
            why = outcome.detail[:500] or outcome.state
            raise SandboxError(N_("Chưa thử được lời giải của giảng viên: {why}"), why=why)
        return self.runs

    def passes(self, name: str) -> bool:
        """Whether the author's solution had full points in the last run."""
        return score_test(self.runs[name].outputs, self._tests[name].points).state == "right"

    def score(self, name: str, trial: Trial) -> float:
        """The points that a form of a test gave."""
        return score_test(trial.outputs, self._tests[name].points).score or 0.0

    def right(self, name: str, trial: Trial) -> bool:
        """Whether a form of a test gave full points, and the judge could answer all that it asked."""
        return score_test(trial.outputs, self._tests[name].points).state == "right" and not trial.strange


def _sorted_out(plan: Plan, trial: _Trial) -> dict[str, TestPlan]:
    """The tests after a run: what did not pass from outside is to be judged inside, as it is for the time being."""
    tests = dict(plan.tests)
    for name, test in plan.tests.items():
        if test.mode == "outside" and not trial.passes(name):
            form = Form(test.source, test.source)
            tests[name] = TestPlan(mode="inside", source=test.source, form=form, weak=True)
        elif test.mode == "outside" and not test.own and not test.allowed:
            found = trial.runs[name]
            tests[name] = replace(test, own=found.own, allowed=found.used)
    return tests


def _seal(trial: _Trial, plan: Plan, names: Sequence[str]) -> dict[str, TestPlan]:
    """The plans of these inside tests, which pass as they are: with as much as can be taken to the judge."""
    if not names:
        return {}
    imports, helpers = _judges_names(trial.cells)
    sealings = {n: Sealing(plan.tests[n].source, imports, helpers) for n in names}
    levels: dict[str, dict[int, int]] = {n: {} for n in names}
    for level in (COARSE, LEFT):
        runs = trial.run(plan, {n: [sealings[n].form(levels[n], native=True)] for n in names})
        strange = {n: [k for t in runs[n].trials for k in t.strange] for n in names}
        for name, numbers in strange.items():
            levels[name] |= dict.fromkeys(numbers, level)
        if not any(strange.values()):
            break
    forms = _choose(trial, plan, sealings, levels)
    return _weigh(trial, plan, sealings, forms)


def _choose(
    trial: _Trial, plan: Plan, sealings: Mapping[str, Sealing], levels: Mapping[str, Mapping[int, int]]
) -> dict[str, Form]:
    """The form of each test: with every column sealed that the author's solution does without."""
    tried = {
        n: [sealing.form(levels[n], (column,)) for column in range(len(sealing.columns))]
        for n, sealing in sealings.items()
    }
    runs = trial.run(plan, tried)
    forms = {}
    for name, sealing in sealings.items():
        fine = tuple(
            k for k, found in enumerate(runs[name].trials) if tried[name] and trial.right(name, found)
        )
        forms[name] = [sealing.form(levels[name], fine), sealing.form(levels[name]), plan.tests[name].form]
    runs = trial.run(plan, {n: [f for f in found if f] for n, found in forms.items()})
    chosen = {}
    for name, found in forms.items():
        passing = zip(found, runs[name].trials, strict=False)
        chosen[name] = next((f for f, t in passing if f and trial.right(name, t)), found[-1])
    return {name: form for name, form in chosen.items() if form}


def _weigh(
    trial: _Trial, plan: Plan, sealings: Mapping[str, Sealing], forms: Mapping[str, Form]
) -> dict[str, TestPlan]:
    """The plans with these forms: how the judge answers the author, and what hangs on each answer."""
    flips = {n: [(k,) for k, text in enumerate(f.checks) if text][:_TRIED] for n, f in forms.items()}
    runs = trial.run(plan, {n: [f, *_flipped(f, [*flips[n], (ALL,)])] for n, f in forms.items()})
    scores = {n: [trial.score(n, t) for t in runs[n].trials] for n in forms}
    plain = {n: runs[n].trials[0].asked for n in forms}
    more = {  # what is asked only after another answer: an ``elif``
        n: [
            (k, other)
            for (k,), found in zip(flips[n], runs[n].trials[1:], strict=False)
            for other, asked in enumerate(found.asked)
            if asked and not plain[n][other]
        ][:_TRIED]
        for n in forms
    }
    runs = (
        trial.run(plan, {n: [f, *_flipped(f, more[n])] for n, f in forms.items()})
        if any(more.values())
        else {}
    )
    made = {}
    for name, form in forms.items():
        full, *others, none = scores[name]
        best = {k: score for (k,), score in zip(flips[name], others, strict=True)}
        for (k, _), found in zip(more[name], runs[name].trials[1:] if runs else (), strict=False):
            best[k] = max(best[k], trial.score(name, found))
        asked = plain[name]
        losses = tuple(
            full - best[k] if k in best and len({outcome for outcome, _ in asked[k]}) == 1 else 0.0
            for k in range(len(form.checks))
        )
        lost = sum(loss * len(found) for loss, found in zip(losses, asked, strict=True))
        secret = any(
            loss > 0 and (sealings[name].is_secret(k) or any(tokens for _, tokens in asked[k]))
            for k, loss in enumerate(losses)
        )
        made[name] = replace(
            plan.tests[name],
            form=form,
            expected=asked,
            full=full,
            losses=losses,
            additive=abs(max(0.0, full - lost) - none) < _EQUAL,
            weak=not secret,
        )
    return made


def _flipped(form: Form, flips: Sequence[tuple[int, ...]]) -> list[Form]:
    return [replace(form, flips=flip) for flip in flips]


def _judges_names(cells: Sequence[CodeCell]) -> tuple[dict[str, str], frozenset[str]]:
    """What the author's cells import, by name; and the functions that the setup cells define."""
    imports: dict[str, str] = {}
    helpers: set[str] = set()
    for cell in cells:
        tree = reading.tree_of(cell.source)
        for node in tree.body if tree else ():
            if isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    kept = ast.Import([alias]) if isinstance(node, ast.Import) else _of_module(node, alias)
                    imports[name] = ast.unparse(kept)
            elif cell.role == "setup" and isinstance(node, ast.FunctionDef):
                helpers.add(node.name)
    return imports, frozenset(helpers)


def _of_module(node: ast.ImportFrom, alias: ast.alias) -> ast.ImportFrom:
    return ast.ImportFrom(node.module, [alias], node.level)
