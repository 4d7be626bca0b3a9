"""The judge's process: runs the cells of a job in order, the tests so that learner code has no hand in them.

It is forked from the same process as the learner's and has never run learner code. It gets the job from the
grader over one channel and drives the learner's process over the other:

- ``setup`` and ``learner`` cells run in the learner's process; setup cells also here, as tests count on them.
- A test judged from *outside* runs here. What the learner made is looked up in the learner's process, as plain
  copies and `hocvuso.kernels.proxies`. Hidden values never leave this process.
- A test that can't be judged so runs *inside* a fork of the learner's process, rewritten so that it asks here whenever
  it compares (`hocvuso.kernels.checks`). The fork is thrown away when the next cell of the learner comes.

A call that ends or blocks the learner's process would take the rest of the cells with it. Then the run ends with
``careful``, and the whole job is run again with a fork for every group of tests: forks cost more than all the rest,
so only who needs them has them.

The job: ``{"cells": [{"role", "source", "mode", "ask", "own", "allowed", "forms", "expected", "told",
"imports", "hidden_imports", "record"}], "bound", "derived", "files", "own_files", "seconds", "stall_seconds", "seed",
"calibrate", "replay", "careful"}``, made by `hocvuso.kernels.runner`; the report: a message per finished cell, then
``{"end": state}``.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import random
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hocvuso.kernels.checks import Checks
from hocvuso.kernels.learner import out_of_the_way
from hocvuso.kernels.names import Names
from hocvuso.kernels.plain_json import Json
from hocvuso.kernels.proxies import LearnerGone
from hocvuso.kernels.records import Replayed
from hocvuso.kernels.shell import TIMED_OUT, CellShell, prepare
from hocvuso.kernels.wire import Wire, WireClosed, WireError, WireTimeout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hocvuso.kernels.records import Peer

Message = dict[str, Any]
JOB_LIMIT = 64_000_000
WALL = 3  # seconds on the clock for a second of CPU time: a backstop, a busy machine must not decide a grade
_DIGITS = 7  # of a cell's number
_HELPERS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
_DIED = "DeadKernelError"
_AGAIN = 0.1  # seconds between two interruptions, for who passes over the first
_GARBAGE = 20_000  # objects between two collections: this process lives for a second
_MANY = 16  # forks of forks that may wait to be let go of
_ASKED = 3
_PIDS = 1 << 22


def warm_up() -> None:
    """Load what every judge needs, in the process that forks them."""
    importlib.import_module("hocvuso.kernels.plain_arrays")
    prepare()


def main(fds: Sequence[int]) -> None:
    """Judge one submission: ``fds`` are the grader's channel and the learner's."""
    channels = [*out_of_the_way(fds), None]
    assert channels[0] is not None  # noqa: S101  (the grader's channel is always there)
    grader = Wire(channels[0], limit=JOB_LIMIT)
    learner = Wire(channels[1]) if channels[1] else None
    sys.path.insert(
        0, ""
    )  # the author's modules beside the notebook; a learner's files are not in this folder
    gc.set_threshold(_GARBAGE)
    job, _ = grader.receive()
    try:
        Judge(job, grader, learner).run()
    except Exception:  # noqa: BLE001  (a failure of ours: whoever grades must know that nothing was judged)
        with contextlib.suppress(WireError):
            grader.send({"end": "broken", "why": traceback.format_exc()[-2000:]})


class Judge:
    """One job, from its first cell to its end."""

    def __init__(self, job: Message, grader: Peer, learner: Wire | None) -> None:
        self._job = job
        self._cells: list[Message] = job["cells"]
        self._grader = grader
        self._learner = learner
        self._seconds: float = job["seconds"]
        self._chance = random.Random(job["seed"])  # noqa: S311  (the seed is secret and fresh for each run)
        self._shell = CellShell.prepared()
        self._shell.leave_out(Path(__file__).parent)
        self._forked: Wire | None = None
        self._ended: list[
            tuple[int, int]
        ] = []  # forks of forks that we let go of, and how often they were asked for
        self._names: Names | None = None
        self._ran: list[int | None] = []  # which cell each run of the learner's shell was
        self._imports: list[str] = []
        self._hidden_imports: list[str] = []

    def run(self) -> None:
        """Run all cells; report each, then the end."""
        from hocvuso.kernels import probes

        here = any(cell["role"] == "test" for cell in self._cells)
        state = "ok"
        for name, data in self._job["own_files"].items():
            if self._learner:
                self._tell({"op": "file", "name": name, "data": data})
        for name, data in self._job["files"].items():
            request = {"op": "file", "name": name, "data": data}
            if here:
                probes.answer(request, {})
            if self._learner:
                self._tell(request)
        for index, cell in enumerate(self._cells):
            if cell["role"] == "test":
                self._imports += [cell["imports"]] if cell["imports"] else []
                done = self._outside(index, cell) if cell["mode"] == "outside" else self._inside(index, cell)
                self._hidden_imports += [cell["hidden_imports"]] if cell["hidden_imports"] else []
            else:
                self._drop_fork()
                if here and cell["role"] == "setup":
                    self._set_up(cell["source"])
                done = self._learners(index, cell)
            if done != "ok":
                state = done
                break
        self._grader.send({"end": state})

    def _set_up(self, source: str) -> None:
        """Run a setup cell here; where it needs what learners make, at least its helpers are defined."""
        shown = self._shell.run(source, seconds=self._seconds)
        if any(output["output_type"] == "error" for output in shown.outputs):
            with contextlib.suppress(SyntaxError, ValueError):
                for node in ast.parse(source).body:
                    if isinstance(node, _HELPERS):
                        self._shell.run(ast.unparse(node), seconds=self._seconds)

    def _learners(self, index: int, cell: Message) -> str:
        """Run a cell in the learner's process."""
        if self._learner is None:
            self._report(index, [])
            return "ok"
        if self._imports:
            self._ran.append(None)
            self._tell({"op": "run", "source": "\n".join(self._imports), "seconds": self._seconds})
            self._imports = []
        reply = self._tell({"op": "run", "source": cell["source"], "seconds": self._seconds})
        if isinstance(reply, str):
            return reply
        self._ran.append(index)
        earlier = reply.get("earlier")
        for ran, outputs in earlier.items() if isinstance(earlier, dict) else ():
            if ran.isdecimal() and len(ran) < _DIGITS and int(ran) < len(self._ran):
                self._report_earlier(self._ran[int(ran)], outputs)
        self._report(index, reply.get("outputs"))
        return "killed" if reply.get("ended") else "ok"

    def _tell(self, request: Message) -> Message | str:
        """The learner's process' reply; the reason when there is none."""
        assert self._learner is not None  # noqa: S101  (a replay has no cells to run)
        return _exchange(self._learner, request, self._deadline())

    def _deadline(self) -> float:
        stall: float = self._job["stall_seconds"]
        return time.monotonic() + max(WALL * self._seconds, stall)

    def _report(self, index: int, outputs: Json, **more: Any) -> None:
        self._grader.send({"cell": index, "outputs": outputs, **more})

    def _report_earlier(self, index: int | None, outputs: Json) -> None:
        if index is not None:
            self._report(index, outputs)

    def _place(self) -> Wire | None:
        """Where the tests that follow each other here find the learner's objects; None when there is no such place."""
        if self._forked is None and self._job["careful"] and self._learner is not None:
            self._forked, _ = fork(self._learner, self._deadline())
            self._names = None
            return self._forked
        return self._forked or self._learner

    def _drop_fork(self) -> None:
        if self._names:
            self._names.forget()
        if self._forked:
            self._forked.close()
        self._forked = self._names = None

    def _outside(self, index: int, cell: Message) -> str:
        """Run a test here, against a fork of the learner's process or a record of one."""
        if self._job["replay"]:
            peer: Peer = Replayed(cell["record"])
            names = Names(peer, self._shell.namespace, self._job)
        else:
            place = self._place()
            if place is None:
                return "killed"
            peer = place
            names = self._names = self._names or Names(peer, self._shell.namespace, self._job)
        remote = names.remote
        remote.seconds, remote.deadline, remote.late = self._seconds, self._deadline(), False
        shown: list[Message] = []
        with contextlib.suppress(LearnerGone):
            names.begin(cell)
            shown = self._shell.run(cell["source"], seconds=self._seconds).outputs
            names.end()
        ended = remote.gone or ("timed_out" if remote.late else None)
        outputs = shown if ended is None else _with_end(shown, ended)
        genuine: list[Message] | None = None
        if ended is None and names.use_own():
            with contextlib.suppress(LearnerGone):
                genuine = self._shell.run(cell["source"], seconds=self._seconds).outputs
            if remote.gone:  # no output at all would be full points
                genuine = _with_end(genuine or [], remote.gone)
        told: Message = {"mode": "outside", "record": names.record, "genuine": genuine}
        if self._job["calibrate"]:
            told |= {"used": sorted(remote.used), "own": names.own}
        if isinstance(peer, Replayed):
            names.forget()
            told |= {"unknown": peer.unknown, "record": cell["record"]}
        elif remote.gone:
            if self._forked is None:
                return "careful"
            self._drop_fork()
        self._report(index, outputs, **told)
        return "ok"

    def _inside(self, index: int, cell: Message) -> str:
        """Run a test in a fork of the learner's process for each of its forms, and report them; the last fork stays."""
        if self._job["replay"]:
            self._report(index, [], mode="inside", unknown=True)
            return "ok"
        base = self._place()
        if base is None:
            return "killed"
        forms: list[tuple[int, Message]] = [*enumerate(cell["forms"])]
        self._chance.shuffle(forms)
        trials: dict[int, Message] = {}
        kept: Wire | None = None
        for number, form in forms:
            wire, pid = fork(base, self._deadline())
            if wire is None:
                self._drop_fork()
                return "killed"
            trials[number] = self._run_inside(wire, form, cell["expected"], cell["told"])
            self._ended.append((pid, _ASKED))
            if number == 0 and not trials[0]["ended"]:
                kept = wire
            else:
                wire.close()
        if kept is None and base is not self._learner:
            kept = base  # what the test left behind is lost with its process
        elif base is not self._learner:
            base.close()
        if self._names:
            self._names.forget()
        self._forked, self._names = kept, None
        self._reap()
        told = [trials[number] for number in range(len(forms))]
        self._report(index, told[0]["outputs"], mode="inside", changed=told[0]["changed"], trials=told)
        return "ok"

    def _reap(self) -> None:
        """Copies of copies become the learner's first process's own when their parents end; each takes a number."""
        if self._learner is not None and len(self._ended) > _MANY:
            reply = _exchange(
                self._learner, {"op": "reap", "pids": [p for p, _ in self._ended]}, self._deadline()
            )
            left = reply.get("left") if isinstance(reply, dict) else []
            self._ended = [(p, n - 1) for p, n in self._ended if n and isinstance(left, list) and p in left]

    def _run_inside(self, wire: Wire, form: Message, expected: Json, told: Json) -> Message:
        """Run a form of a test in the fork behind ``wire``.

        What it showed, what of the machinery was changed before, and what came of its checks.
        """
        checks = Checks(form, self._shell.namespace, expected, told)
        found = _exchange(wire, {"op": "check", "seconds": self._seconds}, self._deadline())
        reply = found
        for hidden in self._hidden_imports:
            if isinstance(reply, dict):
                request = {"op": "run", "source": hidden, "seconds": self._seconds}
                reply = _exchange(wire, request, self._deadline())
        if isinstance(reply, dict):
            request = {
                "op": "run",
                "source": form["source"],
                "shown": form["shown"],
                "seconds": self._seconds,
            }
            with _limited(self._seconds):
                reply = _exchange(wire, request, self._deadline(), checks)
        shown = _with_end([], reply) if isinstance(reply, str) else reply.get("outputs")
        _put_back(shown, form["messages"])
        changed = found.get("changed") if isinstance(found, dict) else None
        return {"outputs": shown, "changed": changed, "ended": isinstance(reply, str), **checks.report()}


def fork(wire: Wire, deadline: float) -> tuple[Wire | None, int]:
    """A fork of the process behind ``wire``, and its number as it says; None when there is none to be had."""
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            wire.send({"op": "fork"}, [theirs.fileno()], deadline=deadline)
        reply, _ = wire.receive(deadline)
    except WireError:
        reply = {}
    pid = reply.get("pid")
    if reply.get("forked") is True and type(pid) is int and 1 < pid < _PIDS:
        return Wire(ours), pid
    ours.close()
    return None, 0


def _exchange(wire: Wire, request: Message, deadline: float, checks: Checks | None = None) -> Message | str:
    """The reply to ``request``, questions in between answered by ``checks``; the reason when there is none."""
    try:
        wire.send(request, deadline=deadline)
        reply, _ = wire.receive(deadline)
        while checks and "check" in reply:
            wire.send(_answered(checks, reply), deadline=deadline)
            reply, _ = wire.receive(deadline)
    except (WireTimeout, KeyboardInterrupt):  # the latter: `_limited`
        return "timed_out"
    except WireError:
        return "killed"
    return reply


def _put_back(outputs: Json, messages: Mapping[str, str]) -> None:
    """Put what an assertion says in the place of what stood for it where the test ran."""
    for output in outputs if isinstance(outputs, list) else []:
        place = output.get("evalue") if isinstance(output, dict) else None
        trace = output.get("traceback") if isinstance(output, dict) else None
        if isinstance(place, str) and isinstance(trace, list) and place in messages:
            said = messages[place]
            lines = [line.replace(place, said) for line in trace if isinstance(line, str)]
            output.update(evalue=said, traceback=lines)


def _answered(checks: Checks, question: Message) -> Message:
    """The answer to a question of a test's. One that no test of ours asks ends the fork that it came from."""
    try:
        return checks.answer(question)
    except Exception as error:  # whatever it is, it is about this learner only
        raise WireClosed(type(error).__name__) from error


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """KeyboardInterrupt in what takes more CPU time of this process: an author's helper, with a learner's value."""
    signal.signal(signal.SIGPROF, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _with_end(outputs: list[Message], why: str) -> list[Message]:
    """What a test showed whose learner went away: the error that a notebook would hold."""
    kept = [o for o in outputs if o.get("ename") != LearnerGone.__name__]
    error = TIMED_OUT if why == "timed_out" else {"ename": _DIED, "evalue": "", "traceback": [_DIED]}
    return [*kept, {"output_type": "error", **error}]
