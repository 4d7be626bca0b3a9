"""How each test of a master is judged: found out once, by running the author's own solution both ways.

A test is judged from *outside* when the author's solution passes it there; what it needed is all that a learner's
code may be asked. Every other test runs *inside* the learner's process, beside variants of itself with other
expected values: which of them fail for the author's solution is known from here, and a variant that passes for a
learner shows that the learner's code decides what passes. Nothing that a learner hands in has a say in any of this.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import random
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeAlias

from hocvuso.errors import SandboxError
from hocvuso.grading import reading
from hocvuso.grading.reading import Change
from hocvuso.grading.rule import score_test
from hocvuso.kernels.runner import Job, JobCell, run_submission
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from hocvuso.kernels.runner import CellRun, Mode
    from hocvuso.kernels.zygote import Zygote
    from hocvuso.lessons.master import CodeCell

FORMAT = 3
_TRIED = 8  # places of a test that are tried out, at most
_TEXTS = 8  # that a test has in one grading run, itself included: as many forks
_VARIED = 3  # places of it that differ among them
_ENOUGH = 3  # changes of hidden places, so that there are four texts or more
_ROUNDS = 4  # of trying which tests can be judged from outside
_PLAIN = "\nassert {} == {}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A change of an inside test, and the score that the author's solution gets with it."""

    change: Change
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPlan:
    """How one test is judged. ``source`` is its cell as Python; the rest as in `hocvuso.kernels.runner.JobCell`."""

    mode: Mode
    source: str
    own: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
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
        """The inside tests that code could tell from their variants, or pass by luck: hidden values are too few."""
        return tuple(name for name, test in self.tests.items() if test.mode == "inside" and _is_weak(test))

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


def calibrate(
    cells: Sequence[CodeCell], zygote: Zygote, chance: random.Random, files: Mapping[str, bytes] | None = None
) -> Plan:
    """Find out how the tests among ``cells`` are to be judged; ``chance`` must be secret.

    SandboxError without a box, or when a failure of ours says nothing about the tests. In a master without solutions
    nothing passes, so every test is judged inside.
    """
    files = files or {}
    sources = {cell.id: reading.python_of(cell.source) for cell in cells if cell.role == "test"}
    bound, derived = _learners_names(cells)
    plan = Plan(bound, {n: TestPlan(mode="outside", source=text) for n, text in sources.items()}, derived)
    run = _run(plan, cells, zygote, files, calibrate=True)
    for _ in range(_ROUNDS):
        plan = replace(plan, tests=_sorted_out(plan, run, chance))
        run = _run(plan, cells, zygote, files)
        if all(_passes(run, n) for n, test in plan.tests.items() if test.mode == "outside"):
            break
    return replace(
        plan,
        tests={
            n: _decisive(test, run[n]) if test.mode == "inside" else test for n, test in plan.tests.items()
        },
        failed=tuple(name for name in plan.tests if not _passes(run, name)),
    )


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
            job_cells.append(_test_cell(cell, plan.tests[cell.id], _pairs(plan.tests[cell.id], chance)))
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


Tried: TypeAlias = "dict[str, tuple[CodeCell, CellRun]]"


def _run(
    plan: Plan,
    cells: Sequence[CodeCell],
    zygote: Zygote,
    files: Mapping[str, bytes],
    *,
    calibrate: bool = False,
) -> Tried:
    """Run the author's own cells; of each test what came of it, with a variant for every choice alone."""
    job_cells = []
    for cell in cells:
        if cell.role == "test":
            test = plan.tests[cell.id]
            pairs = [(reading.changed(test.source, [c.change]), 0.0) for c in test.choices]
            job_cells.append(_test_cell(cell, test, pairs))
        else:
            job_cells.append(JobCell(role="setup" if cell.role == "setup" else "learner", source=cell.source))
    job = Job(
        cells=tuple(job_cells),
        bound=plan.bound,
        derived=plan.derived,
        files=files,
        calibrate=calibrate,
        seed=1,
    )
    outcome = run_submission(zygote, job)
    if outcome.state == "broken":
        raise SandboxError(N_("Chưa thử được lời giải của giảng viên: {why}"), why=outcome.detail[:500])
    pairs_run = zip(cells, outcome.cells, strict=True)
    return {cell.id: (cell, run) for cell, run in pairs_run if cell.role == "test"}


def _passes(run: Tried, name: str) -> bool:
    cell, found = run[name]
    return score_test(found.outputs, cell.points).state == "right"


def _sorted_out(plan: Plan, run: Tried, chance: random.Random) -> dict[str, TestPlan]:
    """The tests after a run: what did not pass from outside is to be judged inside."""
    tests = dict(plan.tests)
    for name, test in plan.tests.items():
        if test.mode == "outside" and not _passes(run, name):
            tests[name] = TestPlan(mode="inside", source=test.source, choices=_choices(test.source, chance))
        elif test.mode == "outside" and not test.own and not test.allowed:
            found = run[name][1]
            tests[name] = replace(test, own=found.own, allowed=found.used)
    return tests


def _test_cell(cell: CodeCell, test: TestPlan, variants: Sequence[tuple[str, float]]) -> JobCell:
    inside = test.mode == "inside"
    imports, hidden = reading.imports_in(cell.source)
    return JobCell(
        role="test",
        source=test.source if inside else cell.source,
        mode=test.mode,
        ask=reading.names_used(cell.source),
        own=test.own,
        allowed=test.allowed,
        variants=tuple(source for source, _ in variants) if inside else (),
        most=tuple(most for _, most in variants) if inside else (),
        ignored=test.ignored,
        imports=imports,
        hidden_imports=hidden,
    )


def _pairs(test: TestPlan, chance: random.Random) -> list[tuple[str, float]]:
    """Variants of an inside test, each with the most that it may score.

    Some places have a few values each, and every combination of them occurs once; one of all these texts is the
    test. So no value is more frequent than another, and which one is the true one only the answer tells.
    """
    if test.mode != "inside":
        return []
    by_start: dict[int, list[Choice]] = {}
    for choice in test.choices:
        by_start.setdefault(choice.change.start, []).append(choice)
    if not by_start:
        number = chance.randint(2, 90)
        return [(test.source + _PLAIN.format(number, number + chance.randint(1, 9)), 0.0)]
    starts = chance.sample(sorted(by_start), min(_VARIED, len(by_start)))
    sizes = _sizes([len(by_start[start]) for start in starts])
    values: list[list[Choice | None]] = [
        [None, *chance.sample(by_start[start], size)] for start, size in zip(starts, sizes, strict=True)
    ]
    pairs = []
    for combination in itertools.product(*values):
        some = [choice for choice in combination if choice]
        if some:
            text = reading.changed(test.source, [c.change for c in some])
            pairs.append((text, min(c.score for c in some)))
    return pairs


def _sizes(available: Sequence[int]) -> list[int]:
    """How many other values each place has, so that there are at most `_TEXTS` texts."""
    sizes = [1] * len(available)
    grown = True
    while grown:
        grown = False
        for place, most in enumerate(available):
            larger = [size + (place == other) for other, size in enumerate(sizes)]
            if sizes[place] < most and math.prod(size + 1 for size in larger) <= _TEXTS:
                sizes, grown = larger, True
    return sizes


def _choices(source: str, chance: random.Random) -> tuple[Choice, ...]:
    found = reading.places(source, chance)
    some = chance.sample(found, min(_TRIED, len(found)))
    each = max(1, (_TEXTS - 1) // len(some)) if some else 0
    return tuple(Choice(change=change, score=0.0) for place in some for change in place.changes[:each])


def _decisive(test: TestPlan, tried: tuple[CodeCell, CellRun]) -> TestPlan:
    """An inside test with the choices that matter: with another value the author's solution scores less."""
    cell, run = tried
    score = score_test(run.outputs, cell.points)
    kept = []
    if score.state == "right":
        for choice, (_, outputs) in zip(test.choices, run.variants, strict=False):
            other = score_test(outputs, cell.points).score
            if other < score.score:
                kept.append(replace(choice, score=other))
    return replace(test, choices=tuple(kept), ignored=run.changed)


def _is_weak(test: TestPlan) -> bool:
    hidden = reading.hidden_parts(test.source)
    secret = [c for c in test.choices if any(a <= c.change.start < b for a, b in hidden)]
    return len(secret) < _ENOUGH


def _test(record: dict[str, Any]) -> TestPlan:
    choices = tuple(
        Choice(change=Change(**choice["change"]), score=choice["score"]) for choice in record["choices"]
    )
    return TestPlan(
        mode=record["mode"],
        source=record["source"],
        own=record["own"],
        allowed=tuple(record["allowed"]),
        choices=choices,
        ignored=tuple(record["ignored"]),
    )
