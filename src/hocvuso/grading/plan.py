"""How each test of a master is judged: found out once, by running the author's own solution both ways.

A test is judged from *outside* when the author's solution passes it there; what it needed is all that a learner's
code may be asked. Every other test runs *inside* the learner's process, in a form that asks the judge whenever it
compares (`hocvuso.grading.sealing`). Which form that can be, how the judge answers for the right solution, and how
many points hang on each answer, is known from here too. Nothing that a learner hands in has a say in any of this.
"""

from __future__ import annotations

import ast
import json
import os
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from hocvuso.errors import SandboxError
from hocvuso.grading import reading
from hocvuso.grading.rule import score_test
from hocvuso.grading.sealing import ALL, COARSE, LEFT, Form, Sealing
from hocvuso.kernels.runner import Job, JobCell, run_submission
from hocvuso.language import N_

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from hocvuso.kernels.runner import CellRun, Mode, Trial
    from hocvuso.kernels.zygote import Zygote
    from hocvuso.lessons.master import CodeCell

FORMAT = 4
_ROUNDS = 4  # of trying which tests can be judged from outside
_TRIED = 60  # answers of a test whose opposite is tried, at most
_EQUAL = 1e-9
_CANARY = "\nassert {} == {}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPlan:
    """How one test is judged. ``source`` is its cell as Python; the rest as in `hocvuso.kernels.runner.JobCell`.

    Of an inside test: ``form`` is what runs. ``full`` is the author's score, ``losses`` what the author would lose by
    another answer to each check; ``additive``, whether losses add up. ``weak``: it compares with nothing secret.
    """

    mode: Mode
    source: str
    own: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    form: Form | None = None
    expected: tuple[Any, ...] = ()
    full: float = 0.0
    losses: tuple[float, ...] = ()
    additive: bool = False
    weak: bool = False
    ignored: tuple[str, ...] = ()  # what the author's own cells change of the machinery


@dataclass(frozen=True, slots=True)
class Plan:
    """How the tests of one master are judged.

    ``bound`` are the names that learners make, ``derived`` those of the author's whose values depend on them.
    ``failed`` are tests that the author's own solution did not pass either way; such a plan is not kept for long.
    """

    bound: tuple[str, ...]
    tests: Mapping[str, TestPlan]
    derived: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def modes(self) -> dict[str, Mode]:
        """``outside`` or ``inside`` for each test's id."""
        return {name: test.mode for name, test in self.tests.items()}

    @property
    def weak(self) -> tuple[str, ...]:
        """The inside tests that compare with nothing secret: who wants to pass them needs to know nothing."""
        return tuple(name for name, test in self.tests.items() if test.weak)

    def record(self) -> dict[str, Any]:
        """The plan as JSON."""
        names = {"bound": self.bound, "derived": self.derived, "failed": self.failed}
        return {"format": FORMAT, **names, "tests": {n: asdict(t) for n, t in self.tests.items()}}


def plan_key(cells: Sequence[CodeCell], files: Mapping[str, bytes]) -> str:
    """One hash over all that a plan depends on."""
    parts = [[c.role, c.id, c.points, c.source] for c in cells]
    found = sha256(json.dumps([FORMAT, parts]).encode("utf-8"))
    for name in sorted(files):
        found.update(json.dumps([name, len(files[name])]).encode("utf-8") + files[name])
    return found.hexdigest()


def read_plan(path: Path) -> Plan | None:
    """The plan kept at ``path``; None when there is none of this format."""
    try:
        record = json.loads(path.read_bytes())
        if record["format"] != FORMAT:
            return None
        tests = {name: _test(test) for name, test in record["tests"].items()}
        return Plan(tuple(record["bound"]), tests, tuple(record["derived"]), tuple(record["failed"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_plan(path: Path, plan: Plan) -> None:
    """Keep ``plan`` at ``path``, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(plan.record(), ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


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


def make_job(
    plan: Plan,
    cells: Iterable[tuple[CodeCell | None, str]],
    chance: random.Random,
    files: Mapping[str, bytes] | None = None,
    **limits: Any,
) -> Job:
    """The job that grades a submission: each cell of the master, or None, with the source that runs in its place.

    ``limits`` are `Job`'s: ``seconds``, ``cpu_seconds``, ``wall_seconds`` …
    """
    job_cells = []
    for cell, source in cells:
        if cell is not None and cell.role == "test":
            test = plan.tests[cell.id]
            forms = [test.form] if test.form else []
            if test.weak:
                number = chance.randint(2, 90)
                canary = _CANARY.format(number, number + chance.randint(1, 9))
                forms += [replace(f, source=f.source + canary, shown=f.shown + canary) for f in forms]
            job_cells.append(_test_cell(cell, test, forms))
        elif cell is not None and cell.role == "setup":
            job_cells.append(JobCell(role="setup", source=cell.source))
        else:
            job_cells.append(JobCell(role="learner", source=source))
    return Job(
        cells=tuple(job_cells),
        bound=plan.bound,
        derived=plan.derived,
        files=files or {},
        seed=chance.getrandbits(64),
        **limits,
    )


def make_replay(plan: Plan, cells: Sequence[CodeCell], records: Mapping[str, Any]) -> Job:
    """The job that judges recorded answers, by test id; a test without a record, or an inside one, will be unknown."""
    job_cells = []
    for cell in cells:
        if cell.role != "test":
            job_cells.append(JobCell(role="setup" if cell.role == "setup" else "learner", source=cell.source))
            continue
        made = _test_cell(cell, plan.tests[cell.id], [])
        job_cells.append(
            JobCell(**{**_fields(made), "record": records.get(cell.id) or []})
            if made.mode == "outside"
            else made
        )
    return Job(cells=tuple(job_cells), bound=plan.bound, derived=plan.derived, replay=True)


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


def _fields(cell: JobCell) -> dict[str, Any]:
    return {name: getattr(cell, name) for name in cell.__dataclass_fields__}


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
                job_cells.append(replace(_test_cell(cell, test, tried), expected=None))
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
        if outcome.state == "broken":
            raise SandboxError(N_("Chưa thử được lời giải của giảng viên: {why}"), why=outcome.detail[:500])
        pairs = zip(self.cells, outcome.cells, strict=True)
        self.runs = {cell.id: run for cell, run in pairs if cell.role == "test"}
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


def _test_cell(cell: CodeCell, test: TestPlan, forms: Sequence[Form]) -> JobCell:
    inside = test.mode == "inside"
    imports, hidden = reading.imports_in(cell.source)
    return JobCell(
        role="test",
        source=test.source if inside else cell.source,
        mode=test.mode,
        ask=reading.names_used(cell.source),
        own=test.own,
        allowed=test.allowed,
        forms=tuple(asdict(form) for form in forms) if inside else (),
        expected=test.expected,
        full=test.full,
        losses=test.losses,
        additive=test.additive,
        ignored=test.ignored,
        imports=imports,
        hidden_imports=hidden,
    )


def _test(record: dict[str, Any]) -> TestPlan:
    form: dict[str, Any] = record["form"] or {}
    kept: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in form.items()}
    return TestPlan(
        **{
            **record,
            "form": Form(**kept) if form else None,
            **{name: tuple(record[name]) for name in ("allowed", "losses", "ignored", "expected")},
        }
    )
