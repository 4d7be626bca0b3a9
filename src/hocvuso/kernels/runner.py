"""Runs a submission's code, from the trusted side: one call, two processes, a bounded report.

The learner's process and the judge's (`hocvuso.kernels.learner`, `judge`) are forked from a zygote. What comes back
is JSON of bounded size, checked and rebuilt piece by piece; nothing is unpickled and no file that learner code
could have prepared is opened.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import json
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from hocvuso.kernels.wire import Wire, WireError, WireTimeout
from hocvuso.kernels.zygote import ChildLimits, Zygote

if TYPE_CHECKING:
    from hocvuso.kernels.zygote import Spawned

State = Literal["ok", "timed_out", "killed", "too_much_output", "broken"]
Mode = Literal["", "outside", "inside"]
Output = dict[str, Any]  # one notebook output in nbformat's own shape, cleaned by `clean_output`
KEPT_TYPES = ("text/plain", "image/png")
_REPORT_LIMIT = 16_000_000
_END_SECONDS = 30
_JUDGE_MB = 1024


class Files(dict[str, bytes]):
    """Files of the author's, by name, which both processes get. ``own``: a learner's, which the judge never sees.

    A learner's file could otherwise be what a test imports.
    """

    def __init__(self, files: Mapping[str, bytes], own: Mapping[str, bytes]) -> None:
        super().__init__(files)
        self.own = dict(own)

    def __bool__(self) -> bool:
        return bool(len(self) or self.own)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCell:
    """A cell of a job.

    ``setup`` cells are the author's and run in both processes, ``learner`` cells in the learner's, ``test`` cells by
    ``mode``.

    Of a test: ``ask``: the names that it uses. ``own``: those that the judge takes from its own modules
    (``{"np": "numpy:"}``). ``allowed``: what it may do with objects that are not plain. ``forms``: of an inside test,
    how it runs there (`hocvuso.grading.sealing.Form`); the first one counts. ``expected``: what the author's solution
    gave for its checks. ``told``: the answers to tell, as a `Trial` has them. ``imports``: import
    statements of a test that later cells of the learner may count on; ``hidden_imports``: those that only later
    tests may. ``ignored``: what of the machinery may differ.
    ``record``: what was asked and answered before,
    for a replay.
    """

    role: Literal["setup", "learner", "test"]
    source: str
    mode: Mode = ""
    ask: tuple[str, ...] = ()
    own: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    forms: tuple[Mapping[str, Any], ...] = ()
    expected: Any = None
    told: Any = None
    imports: str = ""
    hidden_imports: str = ""
    ignored: tuple[str, ...] = ()
    record: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be run.

    ``bound``: the names that are the learner's to make; ``derived``: names of the author's whose values, plain ones,
    come from the learner's process.

    ``seconds``: CPU time of one cell; ``stall_seconds``: how long on the clock it may give no answer, at least;
    ``cpu_seconds``: CPU time of the learner's processes together; ``wall_seconds``: of everything, on the clock.
    ``seed`` is fresh and secret for each run. ``calibrate``: the cells are the author's own, and the outcome says what
    the tests needed. ``replay``: no learner code is run. ``careful``: a fork for every group of tests from the start.
    """

    cells: tuple[JobCell, ...]
    bound: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    seed: int = 0
    seconds: float = 30
    stall_seconds: float = 90
    cpu_seconds: int = 60
    wall_seconds: float = 180
    memory_mb: int = 2048
    output_limit: int = 4_000_000
    calibrate: bool = False
    replay: bool = False
    careful: bool = False

    def message(self) -> dict[str, Any]:
        """The job as the judge gets it."""
        return {
            "cells": [asdict(cell) for cell in self.cells],
            "bound": self.bound,
            "derived": self.derived,
            "files": _coded(self.files),
            "own_files": _coded(self.files.own) if isinstance(self.files, Files) else {},
            "seed": self.seed,
            "seconds": self.seconds,
            "stall_seconds": self.stall_seconds,
            "calibrate": self.calibrate,
            "replay": self.replay,
            "careful": self.careful,
        }


def _coded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(data).decode("ascii") for name, data in files.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One form of an inside test.

    ``answers``: of each check the judge's answers, by the number of the author's call. For the author's own: ``asked``,
    of each check the outcome, marks and shape at each call; ``strange``, checks whose value here is another one.
    """

    outputs: tuple[Output, ...]
    answers: tuple[Any, ...] = ()
    asked: tuple[Any, ...] = ()
    strange: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRun:
    """What became of a cell. ``outputs`` is None when it did not finish.

    Of a test: its ``mode``; ``genuine``: what it shows with a library's own in the place of what a learner put there,
    None where nobody did; ``changed``: what of the machinery learner code had replaced; ``trials``: what came of
    each form of an inside test, ``most``: the most that the first of them can have earned; ``record``: what was
    asked and answered, None when that was too much to keep; ``unknown``: a replay needed more than the record holds.
    ``used`` and ``own``: what a calibration found.
    """

    outputs: tuple[Output, ...] | None = None
    mode: Mode = ""
    genuine: tuple[Output, ...] | None = None
    changed: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()
    most: float | None = None
    record: Any = None
    unknown: bool = False
    used: tuple[str, ...] = ()
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What became of a run; ``cells`` are in the job's order.

    ``ok``: every cell ran. ``timed_out``: stopped by the clock. ``killed``: the learner's process ended (limits, a
    crash, its own doing). ``too_much_output``: stopped for what it showed. ``broken``: a failure of ours; this says
    nothing about the learner's code, and ``detail`` has the reason.
    """

    state: State
    cells: tuple[CellRun, ...]
    detail: str = ""
    cpu_seconds: float = 0.0

    @property
    def outputs(self) -> tuple[tuple[Output, ...] | None, ...]:
        """What each cell showed."""
        return tuple(cell.outputs for cell in self.cells)


def run_notebook(
    cells: Sequence[str],
    files: Mapping[str, bytes] | None = None,
    *,
    zygote: Zygote | None = None,
    cell_seconds: float = 30,
    **limits: Any,
) -> RunOutcome:
    """Run sources one after the other in one learner's process, nothing judged; further limits as for `Job`.

    Without a ``zygote`` the process's own is used, which starts with the first call.
    """
    job_cells = tuple(JobCell(role="learner", source=source) for source in cells)
    job = Job(cells=job_cells, files=files or {}, seconds=cell_seconds, **limits)
    return run_submission(zygote or shared_zygote(), job)


@cache
def shared_zygote() -> Zygote:
    """One zygote for who has none, for the life of this process."""
    zygote = Zygote()
    atexit.register(zygote.close)
    return zygote


def run_submission(zygote: Zygote, job: Job) -> RunOutcome:
    """Run ``job`` to its end, or stop it; SandboxError when no box can be opened. Safe from several threads.

    Code that ends or blocks its own process in the middle of a test is run once more, carefully.
    """
    report, cpu = _run(zygote, job)
    if report.again:
        report, more = _run(zygote, replace(job, careful=True))
        cpu += more
    return report.outcome(cpu)


def _run(zygote: Zygote, job: Job) -> tuple[_Report, float]:
    ours, theirs = socket.socketpair()
    children: list[Spawned] = []
    wire = Wire(ours, limit=_REPORT_LIMIT * 4)
    try:
        _spawn(zygote, job, theirs, children)
        report = _Report(job)
        report.read(wire, time.monotonic() + job.wall_seconds)
    finally:
        wire.close()
        theirs.close()
        for child in children:
            child.kill()
    ended = [child.wait(_END_SECONDS) for child in children]
    cpu = sum(end.cpu_seconds for end in ended if end)
    judge = ended[-1]
    if report.state == "broken" and judge is not None and judge.reason in {"cpu", "memory"}:
        report.state = "killed"  # values that are costly to compare: the learner's own
    if report.state == "killed" and any(end is None or end.reason == "lost" for end in ended):
        report.state = "broken"
    report.detail = f"{report.detail} judge: {judge}".strip()
    return report, cpu


def _spawn(zygote: Zygote, job: Job, theirs: socket.socket, children: list[Spawned]) -> None:
    fds = [theirs.fileno()]
    with contextlib.ExitStack() as opened:
        if not job.replay:
            judge_end, learner_end = (opened.enter_context(end) for end in socket.socketpair())
            fds.append(judge_end.fileno())
            limits = ChildLimits(cpu_seconds=job.cpu_seconds, memory_mb=job.memory_mb)
            entry = "hocvuso.kernels.learner:main"
            children.append(zygote.spawn(entry, [learner_end.fileno()], isolated=True, limits=limits))
        limits = ChildLimits(cpu_seconds=job.cpu_seconds, resident_mb=_JUDGE_MB)
        children.append(zygote.spawn("hocvuso.kernels.judge:main", fds, isolated=False, limits=limits))
    theirs.close()


class _Report:
    """The judge's report, as it comes in."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._cells: list[CellRun] = [
            CellRun(mode=cell.mode if cell.role == "test" else "") for cell in job.cells
        ]
        self._size = 0
        self.state: State = "broken"
        self.detail = ""
        self.again = False

    def read(self, wire: Wire, deadline: float) -> None:
        """Send the job and read to the end, however it comes."""
        try:
            wire.send(self._job.message(), deadline=deadline)
            while True:
                message, _ = wire.receive(deadline)
                end = message.get("end")
                if end is not None:
                    self.state = end if end in {"ok", "timed_out", "killed"} else "broken"
                    self.detail = str(message.get("why", ""))
                    self.again = end == "careful"
                    return
                self._take(message)
                if self._size > self._job.output_limit:
                    self.state = "too_much_output"
                    return
        except WireTimeout:
            self.state = "timed_out"
        except WireError as error:
            self.detail = str(error)

    def outcome(self, cpu_seconds: float) -> RunOutcome:
        """What was reported."""
        detail = self.detail if self.state == "broken" else ""
        return RunOutcome(self.state, tuple(self._cells), detail, cpu_seconds)

    def _take(self, message: dict[str, Any]) -> None:
        index = message.get("cell")
        if type(index) is not int or not 0 <= index < len(self._cells):
            return
        outputs = _clean(message.get("outputs"))
        self._size += len(json.dumps(outputs))
        if self._size > self._job.output_limit:
            return
        before = self._cells[index]
        if "mode" not in message:  # a cell of the learner's, perhaps once more with what a later one changed
            self._cells[index] = CellRun(outputs=outputs, mode=before.mode)
            return
        cell = self._job.cells[index]
        self._cells[index] = CellRun(
            outputs=outputs,
            mode=before.mode,
            genuine=None if message.get("genuine") is None else _clean(message["genuine"]),
            changed=tuple(c for c in _texts(message.get("changed")) if c not in cell.ignored),
            trials=tuple(map(_trial, message.get("trials", ()))),
            record=message.get("record"),
            unknown=message.get("unknown") is True,
            used=_texts(message.get("used")),
            own=message.get("own") or {},
        )


def _trial(told: Mapping[str, Any]) -> Trial:
    return Trial(
        outputs=_clean(told["outputs"]),
        answers=tuple(told.get("answers", ())),
        asked=tuple(told.get("asked", ())),
        strange=tuple(told.get("strange", ())),
    )


def _clean(outputs: object) -> tuple[Output, ...]:
    return tuple(o for o in map(clean_output, outputs) if o) if isinstance(outputs, list) else ()


def _texts(values: object) -> tuple[str, ...]:
    return tuple(v[:200] for v in values[:100] if isinstance(v, str)) if isinstance(values, list) else ()


def clean_output(output: object) -> Output | None:
    """``output`` rebuilt from what is allowed: text, errors, plain results, PNG pictures; no HTML."""
    if not isinstance(output, dict):
        return None
    kind = _text(output.get("output_type"))
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": _text(output.get("text"))}
    if kind == "error":
        trace = output.get("traceback")
        lines = [_text(line) for line in trace] if isinstance(trace, list) else []
        return {
            "output_type": "error",
            "ename": _text(output.get("ename")),
            "evalue": _text(output.get("evalue")),
            "traceback": lines,
        }
    if kind in {"display_data", "execute_result"}:
        data = output.get("data")
        kept = {t: _text(data[t]) for t in KEPT_TYPES if t in data} if isinstance(data, dict) else {}
        made: Output = {"output_type": kind, "data": kept, "metadata": {}}
        return made | ({"execution_count": None} if kind == "execute_result" else {})
    return None


def _text(value: object) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
