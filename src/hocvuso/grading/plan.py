"""How each test of a master is judged: found out once, with the author's own solution (`hocvuso.grading.calibrate`).

A test is judged from *outside* when the author's solution passes it there; what it needed is all that a learner's
code may be asked. Every other test runs *inside* the learner's process, in a form that asks the judge whenever it
compares (`hocvuso.grading.sealing`). Which form that can be, how the judge answers for the right solution, and how
many points hang on each answer, is known from here too. Nothing that a learner hands in has a say in any of this.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from hocvuso.durable import replace_file
from hocvuso.grading import reading
from hocvuso.grading.sealing import Form, Question
from hocvuso.kernels.runner import Job, JobCell

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from hocvuso.kernels.runner import Mode
    from hocvuso.lessons.master import CodeCell

FORMAT = 6
_CANARY = "\nassert {} == {}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPlan:
    """How one test is judged. ``source`` is its cell as Python; the rest as in `hocvuso.kernels.runner.JobCell`.

    Of an inside test: ``form`` is what runs. ``weak``: points hang on what isn't secret.
    """

    mode: Mode
    source: str
    own: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    form: Form | None = None
    expected: tuple[Any, ...] = ()
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
        """The inside tests in which points hang on what isn't secret: who wants them needs to know nothing."""
        return tuple(name for name, test in self.tests.items() if test.weak)

    def record(self) -> dict[str, Any]:
        """The plan as JSON."""
        names = {"bound": self.bound, "derived": self.derived, "failed": self.failed}
        return {"format": FORMAT, **names, "tests": {n: asdict(t) for n, t in self.tests.items()}}


def plan_key(cells: Sequence[CodeCell], files: Mapping[str, bytes], *, inside: bool = False) -> str:
    """One hash over all that a plan depends on."""
    parts = [[c.role, c.id, c.points, c.source] for c in cells]
    found = sha256(json.dumps([FORMAT, inside, parts]).encode("utf-8"))
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
    replace_file(path, json.dumps(plan.record(), ensure_ascii=False).encode("utf-8"), mode=0o600)


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
            job_cells.append(test_cell(cell, test, forms))
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
        made = test_cell(cell, plan.tests[cell.id], [])
        job_cells.append(
            JobCell(**{**_fields(made), "record": records.get(cell.id) or []})
            if made.mode == "outside"
            else made
        )
    return Job(cells=tuple(job_cells), bound=plan.bound, derived=plan.derived, replay=True)


def _fields(cell: JobCell) -> dict[str, Any]:
    return {name: getattr(cell, name) for name in cell.__dataclass_fields__}


def test_cell(cell: CodeCell, test: TestPlan, forms: Sequence[Form]) -> JobCell:
    """A test as a cell of a job, in ``forms`` where it is judged inside."""
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
        ignored=test.ignored,
        imports=imports,
        hidden_imports=hidden,
    )


def _test(record: dict[str, Any]) -> TestPlan:
    form: dict[str, Any] = record["form"] or {}
    kept: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in form.items()}
    if kept:
        kept["questions"] = tuple(Question(**{**q, "own": tuple(q["own"])}) for q in form["questions"])
    return TestPlan(
        **{
            **record,
            "form": Form(**kept) if form else None,
            **{name: tuple(record[name]) for name in ("allowed", "ignored", "expected")},
        }
    )
