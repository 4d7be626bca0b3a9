"""Finds out how the tests of a master are judged, by running the author's own solution both ways.

First from outside; what does not pass there, inside as it stands; then inside in forms that ask the judge
(`hocvuso.grading.sealing`), with as much taken out of the text as the author's solution does without; last with the
judge telling the opposite, to see if anything hangs on what is secret. A second or three for each master, once.

Later, what a learner's answers can have earned is found in the same way: the author's solution, told these answers.
"""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from hocvuso.errors import SandboxError
from hocvuso.grading import reading
from hocvuso.grading.parting import COARSE, LEFT
from hocvuso.grading.plan import Plan, TestPlan, test_cell
from hocvuso.grading.rule import score_test
from hocvuso.grading.sealing import Form, Sealing
from hocvuso.kernels.runner import Job, JobCell, run_submission
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hocvuso.kernels.runner import CellRun, Trial
    from hocvuso.kernels.zygote import Zygote
    from hocvuso.lessons.master import CodeCell

_ROUNDS = 4  # of trying which tests can be judged from outside
_TURNED = 40  # answers of a test whose opposite is tried, at most
_LARGE = 20_000  # characters of a check's own values
Asked: TypeAlias = "Sequence[list[list[Any]]]"  # of each check its calls: outcome, marks, shape


def calibrate(
    cells: Sequence[CodeCell],
    zygote: Zygote,
    files: Mapping[str, bytes] | None = None,
    *,
    inside: bool = False,
) -> Plan:
    """Find out how the tests among ``cells`` are to be judged; all of them ``inside`` when that is said.

    SandboxError without a box, or when a failure of ours says nothing about the tests. In a master without solutions
    nothing passes, so every test is judged inside, as it is.
    """
    trial = _Trial(cells, zygote, files or {})
    sources = {cell.id: reading.python_of(cell.source) for cell in cells if cell.role == "test"}
    bound, derived = _learners_names(cells)
    made = _as_it_is if inside else _outside
    plan = Plan(bound, {n: made(text) for n, text in sources.items()}, derived)
    trial.run(plan, calibrate=True)
    for _ in range(0 if inside else _ROUNDS):
        plan = replace(plan, tests=_sorted_out(plan, trial))
        trial.run(plan)
        if all(trial.passes(n) for n, test in plan.tests.items() if test.mode == "outside"):
            break
    failed = tuple(name for name in plan.tests if not trial.passes(name))
    beside = [n for n, test in plan.tests.items() if test.mode == "inside"]
    changed = {n: trial.runs[n].changed for n in beside}
    plan = replace(plan, failed=failed)
    sealed = _seal(trial, plan, [n for n in beside if n not in failed])
    tests = {n: sealed.get(n, test) for n, test in plan.tests.items()}
    tests |= {n: replace(tests[n], ignored=changed[n]) for n in beside}
    return replace(plan, tests=tests)


def _outside(source: str) -> TestPlan:
    return TestPlan(mode="outside", source=source)


def _as_it_is(source: str) -> TestPlan:
    return TestPlan(mode="inside", source=source, form=Form(source, source), weak=True)


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
        self,
        plan: Plan,
        forms: Mapping[str, Sequence[Form]] | None = None,
        *,
        told: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
        calibrate: bool = False,
    ) -> dict[str, CellRun]:
        """Run all cells, inside tests in each of ``forms``, else in their plan's own; or told these answers."""
        job_cells = []
        for cell in self.cells:
            if cell.role == "test":
                test = plan.tests[cell.id]
                tried = (forms or {}).get(cell.id) or ([test.form] if test.form else [])
                made = test_cell(cell, test, tried)
                if told and cell.id in told:
                    job_cells.append(replace(made, told=told[cell.id]))
                else:
                    job_cells.append(replace(made, expected=None))
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
            tests[name] = _as_it_is(test.source)
        elif test.mode == "outside" and not test.own and not test.allowed:
            found = trial.runs[name]
            tests[name] = replace(test, own=found.own, allowed=found.used)
    return tests


def earned(
    plan: Plan,
    cells: Sequence[CodeCell],
    zygote: Zygote,
    files: Mapping[str, bytes],
    answers: Mapping[str, Sequence[Mapping[str, str]]],
) -> dict[str, float]:
    """The points that the author's solution gets in inside tests when the judge gives it these ``answers``.

    By test id, as in `hocvuso.kernels.runner.Trial.answers`. No code with such answers has earned more.
    SandboxError when that can't be found out now.
    """
    trial = _Trial(cells, zygote, files)
    runs = trial.run(plan, {n: [form] for n in answers if (form := plan.tests[n].form)}, told=answers)
    return {name: trial.score(name, runs[name].trials[0]) for name in answers}


def answers_of(test: TestPlan) -> tuple[dict[str, str], ...]:
    """The answers that the judge gave to the author's solution."""
    return tuple(
        {str(place): outcome for place, (outcome, *_) in enumerate(asked) if outcome}
        for asked in test.expected
    )


def _seal(trial: _Trial, plan: Plan, names: Sequence[str]) -> dict[str, TestPlan]:
    """The plans of these inside tests, which pass as they are: with as much as can be taken to the judge."""
    if not names:
        return {}
    imports, helpers = _judges_names(trial.cells)
    theirs = frozenset(plan.bound) | frozenset(plan.derived)
    used = {cell.id: reading.names_needed(cell.source) for cell in trial.cells}
    sealings = {
        n: Sealing(
            plan.tests[n].source,
            imports,
            helpers,
            theirs - frozenset(imports),
            frozenset().union(*(names for other, names in used.items() if other != n)),
        )
        for n in names
    }
    levels: dict[str, dict[int, int]] = {n: {} for n in names}
    for level in (COARSE, LEFT):
        runs = trial.run(plan, {n: [sealings[n].form(levels[n], native=True)] for n in names})
        strange = {n: [k for t in runs[n].trials for k in t.strange] for n in names}
        for name, numbers in strange.items():
            levels[name] |= dict.fromkeys(numbers, level)
        if not any(strange.values()):
            break
    chosen = _choose(trial, plan, sealings, levels)
    return _try(trial, plan, sealings, chosen)


def _choose(
    trial: _Trial, plan: Plan, sealings: Mapping[str, Sealing], levels: Mapping[str, Mapping[int, int]]
) -> dict[str, tuple[Form, Asked]]:
    """The form of each test, with every column sealed that the author's solution does without; and what it asked."""
    tried = {
        n: [sealing.form(levels[n], (column,)) for column in range(len(sealing.columns))]
        for n, sealing in sealings.items()
    }
    runs = trial.run(plan, tried)
    forms: dict[str, list[Form]] = {}
    for name, sealing in sealings.items():
        found = zip(tried[name], runs[name].trials, strict=False)
        fine = [column for column, (_, t) in enumerate(found) if trial.right(name, t)]
        plain = Form(plan.tests[name].source, plan.tests[name].source)
        forms[name] = [sealing.form(levels[name], fine), sealing.form(levels[name]), plain]
    runs = trial.run(plan, forms)
    chosen: dict[str, tuple[Form, Asked]] = {}
    for name, some in forms.items():
        passing = (pair for pair in zip(some, runs[name].trials, strict=True) if trial.right(name, pair[1]))
        form, best = next(passing, (some[-1], runs[name].trials[-1]))
        chosen[name] = form, best.asked
    return chosen


def _try(
    trial: _Trial, plan: Plan, sealings: Mapping[str, Sealing], chosen: Mapping[str, tuple[Form, Asked]]
) -> dict[str, TestPlan]:
    """The plans with these forms: what may be asked, and whether points hang on what isn't secret."""
    steady = {}
    flips = {}
    for name, (form, asked) in chosen.items():
        steady[name] = form
        tokens = {k for k, calls in enumerate(asked) if any(marks[0] for _, marks, _ in calls)}
        secret = (
            k for k, q in enumerate(form.questions) if q.code and (k in tokens or sealings[name].is_secret(k))
        )
        flips[name] = tuple(secret)
    others = {
        n: tuple(k for k in range(len(f.questions)) if k not in flips[n] and sealings[n].is_hidden(k))
        for n, f in steady.items()
    }
    turned = {n: _turned(sealings[n], f) for n, f in steady.items()}
    forms = {
        n: [replace(f, flips=some) for some in ((), flips[n], others[n], *turned[n])]
        for n, f in steady.items()
    }
    runs = trial.run(plan, forms)
    if not all(trial.passes(name) for name in plan.tests if name not in plan.failed):
        return {}  # a later test needs what this would take out
    found = {}
    for name, form in steady.items():
        plain, secretly, openly, *rest = runs[name].trials
        asked, moving = _without_chance(plain.asked, chosen[name][1])
        questions = tuple(replace(q, own=() if k in moving else q.own) for k, q in enumerate(form.questions))
        full = trial.score(name, plain)
        weak = trial.score(name, secretly) >= full or trial.score(name, openly) < full
        expected: Asked = asked
        for other in rest:
            expected = _merged(expected, _without_chance(other.asked, other.asked, moving)[0])
        found[name] = replace(
            plan.tests[name], form=replace(form, questions=questions), expected=tuple(expected), weak=weak
        )
    return found


def _turned(sealing: Sealing, form: Form) -> list[tuple[int, ...]]:
    """Which answers to turn to the opposite to see what may be asked besides: each alone; all but the assertions'."""
    numbers = [number for number, question in enumerate(form.questions) if question.code][:_TURNED]
    return [*((number,) for number in numbers), tuple(n for n in numbers if not sealing.checks[n].asserted)]


def _merged(asked: Asked, others: Asked) -> Asked:
    """What is asked, and what is asked besides after other answers: that may come out in any way."""
    return tuple(
        [*calls, *(["", marks, shape] for _, marks, shape in _beyond(calls, more))]
        for calls, more in zip(asked, others, strict=True)
    )


def _beyond(calls: Sequence[list[Any]], others: Sequence[list[Any]]) -> list[list[Any]]:
    """Those of ``others`` whose marks are not among ``calls``; all of them where nothing was asked."""
    left = [marks for _, marks, _ in calls]
    found = []
    for other in others:
        if other[1] in left:
            left.remove(other[1])
        elif not calls or other[1] != [[], []]:
            found.append(other)
    return found


def _without_chance(
    asked: Asked, again: Asked, moving: frozenset[int] = frozenset()
) -> tuple[Asked, frozenset[int]]:
    """What was asked, without the test's own values in checks where chance decides them, or where they are large."""
    moving |= {
        k
        for k, (calls, others) in enumerate(zip(asked, again, strict=True))
        if [c[1][1] for c in calls] != [c[1][1] for c in others] or len(json.dumps(calls)) > _LARGE
    }
    kept = tuple(
        [[outcome, [marks[0], [] if k in moving else marks[1]], shape] for outcome, marks, shape in calls]
        for k, calls in enumerate(asked)
    )
    return kept, moving


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
