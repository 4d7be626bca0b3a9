"""Runs notebook cells in the calling process as ipykernel and nbclient would in a kernel of their own.

The kernel is ipykernel's, application, shell and display machinery included; only its sockets and threads are
left out. So magics, last expressions, rich output, top-level await, errors and their order are what a notebook
would hold after nbgrader ran it, and no message crosses a process.

A shell is made once per process, before anything runs (`prepare`, about a second, most of it imports), and
survives forks: the child calls `CellShell.prepared` (milliseconds). Nothing here starts a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import random
import selectors
import signal
import sys
import threading
import time
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipykernel_launcher  # type: ignore[import-untyped]  # named in sys.argv, as in a kernel

from hocvuso.kernels.outputs import CALL, Budget, Outputs, Shown, TooMuchOutput
from hocvuso.kernels.quicker import leave_out, shown_lines
from hocvuso.kernels.quiet_app import CollectingApp, Parts
from hocvuso.kernels.streams import CollectingSession, Raw

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

OUTPUT_LIMIT = 2_000_000
TIMED_OUT = {
    "ename": "CellTimeoutError",
    "evalue": "",
    "traceback": ["CellTimeoutError: no reply from the kernel in time"],
}
_ARGUMENTS = ["-f", "/tmp/kernel.json", "--HistoryManager.hist_file=:memory:"]  # noqa: S108  (never opened)
_UNSEEN = "the error was not shown"
_AGAIN = 1.0  # code that swallowed its interrupt is interrupted again after so many CPU seconds
_FIRST_CELLS = ("def f(x):\n    return x + 1\nf(1)", "%time 1", "%%capture\n1", "!true", "await f()", "f(")
_TURNS = 10  # of the event loop after a cell, for the tasks that it left behind

# learner code can replace these where they come from; what is used after it ran is taken before
_setitimer, _process_time, _getpid, _exit = signal.setitimer, time.process_time, os.getpid, os._exit
_getstate, _setstate = random.getstate, random.setstate


class CellShell:
    """Runs cells one after the other, in one namespace.

    ``namespace`` is the cells' ``__main__``. ``ended`` is true once code has asked the kernel to end (``exit``):
    a kernel would be gone then, so nothing more should be run.
    """

    _prepared: CellShell | None = None

    def __init__(self) -> None:
        """Make the process's one shell; use `prepare` and `CellShell.prepared`."""
        self._outputs = Outputs(Budget(OUTPUT_LIMIT))
        self._raw = Raw(self._outputs.budget)
        self._loop = asyncio.SelectorEventLoop(selectors.PollSelector())  # no epoll: forks would share it
        asyncio.set_event_loop(self._loop)
        self._session = CollectingSession(key=b"")
        self._session.outputs, self._session.raw = self._outputs, self._raw
        with _main_module_kept():
            app: Any = CollectingApp.instance(session=self._session, parts=Parts(self._outputs, self._raw))
            app.initialize(_ARGUMENTS)
            self._main = sys.modules["__main__"]
        self._kernel: Any = app.kernel
        self._shell: Any = app.kernel.shell
        self._streams = app.streams
        self._context = contextvars.copy_context()  # cells share context variables (decimal, numpy options)
        self._ran = 0
        loop: Any = self._loop
        loop._close_self_pipe()  # noqa: SLF001  (children make their own; until then nothing is open)

    @classmethod
    def prepared(cls) -> CellShell:
        """The shell that `prepare` made in a parent, else one made now; fresh, ready to run cells here."""
        shell = cls._prepared or prepare()
        shell.begin()
        return shell

    @property
    def namespace(self) -> dict[str, Any]:
        """The names that the cells see and make."""
        names: dict[str, Any] = self._shell.user_ns
        return names

    @property
    def ended(self) -> bool:
        """Whether the code has asked its kernel to end."""
        return bool(self._shell.exit_now)

    def run(self, source: str, *, seconds: float | None = None, shown_as: str | None = None) -> Shown:
        """Run one cell; what it shows. Never raises for what the cell does.

        After ``seconds`` of CPU time the cell is interrupted, as a kernel is. A blank cell isn't run, but counts.
        Tracebacks show ``shown_as`` in the place of ``source``, line by line.
        ``Shown.earlier`` is keyed by the number of the call of `run`, from 0.
        """
        cell, self._ran = self._ran, self._ran + 1
        if not source.strip():
            return Shown([], {})
        request = self._request(source)
        self._outputs.begin(cell, request["header"]["msg_id"])
        with shown_lines(self._shell, shown_as):
            reply, used = self._drive(self._execute(request, source), seconds)
        self._flush()
        self._add_unseen_errors(reply, timed_out=_timed_out(reply, used, seconds))
        shown = self._outputs.finish()
        self._answer_widgets()
        return shown

    def call(
        self, function: Callable[..., Any], *arguments: Any, seconds: float | None = None
    ) -> tuple[Any, Shown, float]:
        """``function(*arguments)`` where cells run: in their loop and context, within ``seconds`` of CPU time.

        Its result, what it showed, and the CPU seconds; what it raises comes out, KeyboardInterrupt when time was up.
        """
        request = self._request("")
        self._outputs.begin(CALL, request["header"]["msg_id"])

        async def calling() -> dict[str, Any]:
            self._kernel.set_parent([], request)
            return {"value": function(*arguments)}

        try:
            reply, used = self._drive(calling(), seconds, raising=True)
        finally:
            self._flush()
            shown = self._outputs.finish()
            self._answer_widgets()
        return reply["value"], shown, used

    def leave_out(self, folder: Path) -> None:
        """From now on tracebacks show no frame of the modules in ``folder``."""
        leave_out(self._shell, f"{folder}{os.sep}")

    def warm_up(self) -> None:
        """Do once what every first cell would do again (imports, caches); the cells' state stays untouched."""
        for source in _FIRST_CELLS:
            self._shell.transform_cell(source)
        self._shell.display_formatter.format([0])
        try:
            int("warming up")
        except ValueError as error:
            self._shell.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)

    def fork(self) -> int:
        """Fork this process with all its state, random numbers too; 0 in the child, whose shell is ready."""
        state = _getstate()  # Python reseeds it in every child
        pid = _fork()
        if pid == 0:
            _setstate(state)
            self._take_over()
        return pid

    def begin(self) -> None:
        """Make what must differ between the children of one prepared process; `prepared` does it."""
        os.environ["NBGRADER_EXECUTION"] = "autograde"
        sys.argv = [ipykernel_launcher.__file__, *_ARGUMENTS]
        self._take_over()
        random.seed()
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            numpy.random.seed()
        here = Path.cwd()
        self._shell.history_manager.dir_hist[:] = [here]
        self._shell.starting_dir = str(here)
        Path(self._shell.profile_dir.location).mkdir(parents=True, exist_ok=True)

    def _take_over(self) -> None:
        """After a fork: descriptors, locks and the loop's wake-up pipe belong to this process."""
        self._raw.open()
        for stream in self._streams:
            stream.take_over()
        self._session.pid = self._raw.pid
        loop: Any = self._loop
        with contextlib.suppress(Exception):  # a loop that learner code has closed stays closed
            if loop._ssock is not None:  # noqa: SLF001
                loop._close_self_pipe()  # noqa: SLF001
            loop._make_self_pipe()  # noqa: SLF001
        self._kernel.shell_channel_thread.parent_thread = threading.main_thread()

    def _request(self, source: str) -> dict[str, Any]:
        return self._session.msg("execute_request", {"code": source})

    async def _execute(self, request: dict[str, Any], source: str) -> dict[str, Any]:
        self._kernel.set_parent([], request)
        reply: dict[str, Any] = await self._kernel.do_execute(
            source, silent=False, store_history=True, user_expressions={}, allow_stdin=False, cell_meta={}
        )
        return reply

    def _drive(
        self, work: Coroutine[Any, Any, dict[str, Any]], seconds: float | None, *, raising: bool = False
    ) -> tuple[dict[str, Any], float]:
        """Run ``work`` in the loop under the timer; its reply and the CPU seconds that it took."""
        task = self._loop.create_task(work, context=self._context)
        before = signal.getsignal(signal.SIGINT)
        started = _process_time()
        try:
            try:
                signal.signal(signal.SIGINT, signal.default_int_handler)
                signal.signal(signal.SIGPROF, signal.default_int_handler)
                if seconds:
                    _setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
                reply = self._loop.run_until_complete(task)
                self._loop.run_until_complete(self._loop.create_task(self._let_others_run()))
            finally:
                _setitimer(signal.ITIMER_PROF, 0)
                self._end_if_forked()
        except BaseException as error:
            if raising and task.done():
                raise
            reply = _as_reply(error)
        finally:
            with contextlib.suppress(TypeError, ValueError):
                signal.signal(signal.SIGINT, before)
        return reply, _process_time() - started

    async def _let_others_run(self) -> None:
        """Between cells a kernel's loop serves what cells left running; so does this one, for a moment."""
        for _ in range(_TURNS):
            if len(asyncio.all_tasks(self._loop)) <= 1:
                return
            await asyncio.sleep(0)

    def _end_if_forked(self) -> None:
        """A child that the code forked and let run on has no business outside its cell."""
        if _getpid() != self._raw.pid:
            self._flush()
            _exit(0)

    def _flush(self) -> None:
        for stream in self._streams:
            with contextlib.suppress(Exception, TooMuchOutput, KeyboardInterrupt):
                stream.flush()

    def _add_unseen_errors(self, reply: dict[str, Any], *, timed_out: bool) -> None:
        """nbgrader's rule: an error that the reply names and no output shows is added."""
        if timed_out:
            reply = {"status": "error", **TIMED_OUT}
        if reply["status"] == "error" and not self._outputs.has_error(reply["ename"]):
            trace = list(reply["traceback"]) or [_UNSEEN]
            size = sum(map(len, trace)) + len(reply["evalue"])
            self._outputs.add_error({**reply, "traceback": trace}, size)
        if self._outputs.budget.spent and not self._outputs.has_error(TooMuchOutput.__name__):
            self._outputs.add_error(_as_reply(TooMuchOutput("the cell showed too much")))

    def _answer_widgets(self) -> None:
        """What the front end of an Output widget would send back after the cell."""
        for kind, content in self._outputs.replies():
            message = {**self._session.msg(kind, content), "buffers": []}

            async def deliver(message: dict[str, Any] = message) -> dict[str, Any]:
                self._kernel.set_parent([], message)
                self._kernel.comm_manager.comm_msg(None, [], message)
                return {"status": "ok"}

            self._drive(deliver(), 1)


_fork = os.fork


def prepare() -> CellShell:
    """Make this process's shell, once; forked children get theirs from it. RuntimeError if a thread was started."""
    if CellShell._prepared is None:  # noqa: SLF001
        CellShell._prepared = CellShell()  # noqa: SLF001
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1 or threading.active_count() != 1:
        raise RuntimeError("this process has more than one thread, so it can't be forked safely")
    return CellShell._prepared  # noqa: SLF001


def _timed_out(reply: dict[str, Any], used: float, seconds: float | None) -> bool:
    interrupted = reply["status"] == "error" and reply["ename"] in {"KeyboardInterrupt", "CancelledError"}
    return is_late(used, seconds, interrupted=interrupted)


def is_late(used: float, seconds: float | None, *, interrupted: bool) -> bool:
    """Whether code that used so many CPU seconds has used up its time; the timer's clock is coarser than ours."""
    return bool(seconds) and (used >= (seconds or 0) or (interrupted and used >= (seconds or 0) / 2))


def _as_reply(error: BaseException) -> dict[str, Any]:
    """The reply that a kernel would have sent, had it got so far."""
    name = type(error).__name__
    try:
        text = str(error)
    except Exception:  # noqa: BLE001  (a learner's own class)
        text = ""
    return {"status": "error", "ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}


@contextlib.contextmanager
def _main_module_kept() -> Iterator[types.ModuleType]:
    """The shell puts its namespace in the place of ``__main__``; whoever started us still needs the old one."""
    old = sys.modules["__main__"]
    sys.modules["hocvuso.started_as"] = old
    yield old
