"""How each test of a master is judged: found out once, by running the author's own solution both ways.

A test is judged from *outside* when the author's solution passes it there; what it needed is all that a learner's
code may be asked. Every other test runs *inside* the learner's process, beside variants of itself with other
expected values: which of them fail for the author's solution is known from here, and a variant that passes for a
learner shows that the learner's code decides what passes. Nothing that a learner hands in has a say in any of this.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from hocvuso.grading import reading
from hocvuso.grading.reading import Constant
from hocvuso.grading.rule import score_test
from hocvuso.kernels.runner import Job, JobCell, RunOutcome, run_submission

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from hocvuso.kernels.runner import Mode
    from hocvuso.kernels.zygote import Zygote
    from hocvuso.lessons.master import CodeCell

FORMAT = 2
_TRIED = 8  # constants of a test that are tried out, at most
_VARIED = 2  # of them in one grading run: 2**n forks
_PLAIN = "\nassert {} == {}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A constant of an inside test, and the score that the author's solution gets with its other value."""

    constant: Constant
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
    """

    bound: tuple[str, ...]
    tests: Mapping[str, TestPlan]
    derived: tuple[str, ...] = ()

    @property
    def modes(self) -> dict[str, Mode]:
        """``outside`` or ``inside`` for each test's id."""
        return {name: test.mode for name, test in self.tests.items()}

    def record(self) -> dict[str, Any]:
        """The plan as JSON."""
        names = {"bound": self.bound, "derived": self.derived}
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
        return Plan(tuple(record["bound"]), tests, tuple(record["derived"]))
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
    """Find out how the tests among ``cells`` are to be judged; ``chance`` must be secret. SandboxError without a box.

    In a master without solutions nothing passes, so every test is judged inside.
    """
    files = files or {}
    tests = {
        c.id: TestPlan(mode="outside", source=reading.python_of(c.source)) for c in cells if c.role == "test"
    }
    bound, derived = _learners_names(cells)
    plan = Plan(bound, tests, derived)
    outside = run_submission(zygote, _job(plan, cells, files, calibrate=True))
    tried = {
        name: TestPlan(mode="inside", source=test.source, choices=_choices(test.source, chance))
        for name, test in tests.items()
    }
    inside = run_submission(zygote, _job(replace(plan, tests=tried), cells, files, each=True))
    plan = replace(plan, tests=_decide(cells, outside, inside, tried))
    if any(test.mode == "outside" for test in plan.tests.values()):
        last = run_submission(zygote, _job(plan, cells, files))
        plan = replace(plan, tests=_confirm(cells, plan, last, tried, inside))
    return plan


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


def _job(
    plan: Plan,
    cells: Sequence[CodeCell],
    files: Mapping[str, bytes],
    *,
    calibrate: bool = False,
    each: bool = False,
) -> Job:
    """A job of the author's own cells; ``each``: with a variant for every constant alone."""
    job_cells = []
    for cell in cells:
        if cell.role == "test":
            test = plan.tests[cell.id]
            pairs = [(reading.replaced(test.source, [c.constant]), 0.0) for c in test.choices] if each else []
            job_cells.append(_test_cell(cell, test, pairs))
        else:
            job_cells.append(JobCell(role="setup" if cell.role == "setup" else "learner", source=cell.source))
    return Job(
        cells=tuple(job_cells),
        bound=plan.bound,
        derived=plan.derived,
        files=files,
        calibrate=calibrate,
        seed=1,
    )


def _test_cell(cell: CodeCell, test: TestPlan, variants: Sequence[tuple[str, float]]) -> JobCell:
    inside = test.mode == "inside"
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
        imports=reading.imports_in(cell.source),
    )


def _pairs(test: TestPlan, chance: random.Random) -> list[tuple[str, float]]:
    """Variants of an inside test, each with the most that it may score.

    They differ from the test in two constants, in every combination of true and other value, so that among the
    test and its variants no value is more frequent than another.
    """
    if test.mode != "inside":
        return []
    if not test.choices:
        number = chance.randint(2, 90)
        return [(test.source + _PLAIN.format(number, number + chance.randint(1, 9)), 0.0)]
    chosen = chance.sample(test.choices, min(_VARIED, len(test.choices)))
    subsets = itertools.chain.from_iterable(
        itertools.combinations(chosen, size) for size in range(1, len(chosen) + 1)
    )
    return [
        (reading.replaced(test.source, [c.constant for c in some]), min(c.score for c in some))
        for some in subsets
    ]


def _choices(source: str, chance: random.Random) -> tuple[Choice, ...]:
    found = reading.constants(source, chance)
    some = chance.sample(found, min(_TRIED, len(found)))
    return tuple(Choice(constant=constant, score=0.0) for constant in some)


def _decide(
    cells: Sequence[CodeCell], outside: RunOutcome, inside: RunOutcome, tried: Mapping[str, TestPlan]
) -> dict[str, TestPlan]:
    tests: dict[str, TestPlan] = {}
    for place, cell in enumerate(cells):
        if cell.role != "test":
            continue
        run = outside.cells[place]
        if score_test(run.outputs, cell.points).state == "right":
            source = tried[cell.id].source
            tests[cell.id] = TestPlan(mode="outside", source=source, own=run.own, allowed=run.used)
        else:
            tests[cell.id] = _inside(cell, tried[cell.id], inside, place)
    return tests


def _confirm(
    cells: Sequence[CodeCell],
    plan: Plan,
    last: RunOutcome,
    tried: Mapping[str, TestPlan],
    inside: RunOutcome,
) -> dict[str, TestPlan]:
    """The plan's tests; one that the author's solution doesn't pass as learners' will be judged goes inside."""
    tests = dict(plan.tests)
    for place, cell in enumerate(cells):
        passed = score_test(last.cells[place].outputs, cell.points).state == "right"
        if cell.role == "test" and tests[cell.id].mode == "outside" and not passed:
            tests[cell.id] = _inside(cell, tried[cell.id], inside, place)
    return tests


def _inside(cell: CodeCell, tried: TestPlan, inside: RunOutcome, place: int) -> TestPlan:
    """An inside test with the constants that matter: with another value the author's solution scores less."""
    run = inside.cells[place]
    score = score_test(run.outputs, cell.points)
    kept = []
    if score.state == "right":
        for choice, (_, outputs) in zip(tried.choices, run.variants, strict=True):
            other = score_test(outputs, cell.points).score
            if other < score.score:
                kept.append(Choice(constant=choice.constant, score=other))
    return TestPlan(mode="inside", source=tried.source, choices=tuple(kept), ignored=run.changed)


def _test(record: dict[str, Any]) -> TestPlan:
    choices = tuple(
        Choice(constant=Constant(**choice["constant"]), score=choice["score"]) for choice in record["choices"]
    )
    return TestPlan(
        mode=record["mode"],
        source=record["source"],
        own=record["own"],
        allowed=tuple(record["allowed"]),
        choices=choices,
        ignored=tuple(record["ignored"]),
    )
