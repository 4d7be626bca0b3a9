"""Processes for code that is not ours, forked from one that has imported everything: the trusted side.

A `Zygote` keeps one process in a box of bubblewrap (`hocvuso.kernels.zygote_main`), which has imported numpy,
pandas, IPython … once and forks a child on request. It is told the name of a function and gets descriptors,
nothing else: no notebook, no test, no answer ever enters its memory, so a child can't find any there.

An *isolated* child (`isolated=True`) is alone in namespaces of its own, with a private scratch folder, limits and
a filter of system calls: for learner code. A child that isn't isolated shares the zygote's box: for code of ours.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, Self

from hocvuso.errors import SandboxError
from hocvuso.kernels.cgroups import Group
from hocvuso.kernels.sandbox import HOME, NO_BOX, clean_env, python_paths, zygote_command
from hocvuso.kernels.wire import Wire, WireError
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PRELOAD = (
    "numpy",
    "pandas",
    "matplotlib.pyplot",
    "IPython.core.interactiveshell",
    "hocvuso.kernels.learner",
    "hocvuso.kernels.judge",
)
Reason = Literal["cpu", "memory", "processes", "killed", "lost"]
MOST_FDS = 8
_NO_BOX_FOR_CHILD = N_(
    "Máy này không tạo được hộp cát riêng cho từng bài ({why}): hãy cho phép không gian tên người dùng "
    "(user namespaces) lồng nhau, hoặc chạy trên nhân Linux mới hơn."
)
_PICTURES = "module://matplotlib_inline.backend_inline"  # as in a kernel; pyplot asks when it is imported
_START_SECONDS = 120
_SPAWN_SECONDS = 60
_END_SECONDS = 10
_CONTROL_LIMIT = 65_536
_KEPT = 1_000_000  # bytes of what children of ours wrote on stderr
_TOLD = 600  # of what the box wrote on stderr, in an error


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLimits:
    """What a child and everything that it starts may use.

    ``cpu_seconds``: CPU time of each process, and of all together. ``memory_mb``: address space of each process;
    ``resident_mb``: memory in use by all together (what they share counts once). ``scratch_mb``: files in its
    private folder; ``file_mb``: one file. ``processes``: processes and threads at one moment.
    """

    cpu_seconds: int = 60
    memory_mb: int = 2048
    resident_mb: int = 1024
    file_mb: int = 32
    scratch_mb: int = 64
    processes: int = 64
    open_files: int = 256


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended. ``status``: its exit code, or minus the signal's number.

    ``reason`` is None when it ended by itself, else why it was ended: a limit, `Spawned.kill`, or ``"lost"``: the
    zygote itself was ended from outside, which says nothing about the child.
    """

    status: int
    cpu_seconds: float
    reason: Reason | None


class Spawned:
    """A child. ``pid`` is its number in the zygote's own process namespace."""

    def __init__(self, life: _Life, number: int) -> None:
        self.pid = 0
        self._life = life
        self._number = number
        self._ended: Ended | None = None
        self._end = threading.Event()

    def kill(self) -> None:
        """End the child and everything that it started. Nothing happens when it has ended."""
        if not self._end.is_set():
            with contextlib.suppress(WireError):  # the zygote is gone, and its children with it
                self._life.send({"do": "kill", "id": self._number})

    def interrupt(self) -> None:
        """Interrupt the child's own process, as ctrl-C would. Nothing happens when it has ended."""
        if not self._end.is_set():
            with contextlib.suppress(WireError):
                self._life.send({"do": "interrupt", "id": self._number})

    def wait(self, timeout: float | None = None) -> Ended | None:
        """How the child ended; None when it still runs after ``timeout`` seconds."""
        self._end.wait(timeout)
        return self._ended

    def _set(self, ended: Ended) -> None:
        self._ended = ended
        self._end.set()


class Zygote:
    """Spawns children, from any thread. Starts its process when first needed, and anew when that has ended.

    ``paths`` are folders that can be imported from inside, read-only, beside the installed packages. ``shelf`` is a
    folder of folders: an isolated child sees one of them, read-only, when `spawn` names it, and none of the others.
    ``look_seconds`` is the time between two looks at what the children use. ``on_lost`` is called, in a thread of the
    zygote's, when the process has ended by itself.
    ``unprotected`` runs children without any box, for machines that can't open one: only an operator who has said
    so by name may choose it.
    """

    def __init__(  # noqa: PLR0913  (each is named at the call)
        self,
        *,
        preload: Sequence[str] = PRELOAD,
        paths: Sequence[Path] = (),
        shelf: Path | None = None,
        look_seconds: float = 0.05,
        on_lost: Callable[[], None] | None = None,
        unprotected: bool = False,
    ) -> None:
        self._order = _Order(tuple(preload), tuple(paths), shelf, look_seconds, unprotected)
        self._on_lost = on_lost
        self._lock = threading.Lock()
        self._life: _Life | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the process now, so that the first `spawn` need not wait; SandboxError when it can't."""
        self._living()

    def spawn(
        self,
        entry: str,
        fds: Sequence[int] = (),
        *,
        isolated: bool,
        limits: ChildLimits | None = None,
        shown: str | None = None,
    ) -> Spawned:
        """Fork a child that calls ``entry`` (``"module:function"``) with the list of its descriptors.

        The child has copies of ``fds``; the caller's stay open. It starts in the shelf's folder named ``shown``, if
        any. SandboxError when its box can't be opened.
        """
        request = {"do": "spawn", "entry": entry, "isolated": isolated, "shown": shown}
        request["limits"] = asdict(limits or ChildLimits())
        life = self._living()
        try:
            return life.spawn(request, fds)
        except WireError:  # it ended meanwhile
            return self._living().spawn(request, fds)

    def close(self) -> None:
        """End the process and every child."""
        with self._lock:
            self._closed = True
            life, self._life = self._life, None
        if life:
            life.close()

    def _living(self) -> _Life:
        with self._lock:
            if self._closed:
                raise RuntimeError("the zygote is closed")
            if self._life is None or not self._life.alive:
                if self._life:
                    self._life.close()
                self._life = None  # a failing start must not leave the old one behind
                self._life = _Life(self._order, self._lost)
            return self._life

    def _lost(self, life: _Life) -> None:
        if self._on_lost and life is self._life and not self._closed:
            self._on_lost()


@dataclass(frozen=True, slots=True)
class _Order:
    preload: tuple[str, ...]
    paths: tuple[Path, ...]
    shelf: Path | None
    look_seconds: float
    unprotected: bool

    def record(self) -> dict[str, Any]:
        """What the process in the box is told first."""
        below = [str(path) for path in (*python_paths(), *self.paths) if path.is_relative_to(HOME)]
        return {
            "preload": list(self.preload),
            "paths": [str(path) for path in self.paths],
            "sheltered": below,
            "shelf": self.shelf is not None,
            "look_seconds": self.look_seconds,
            "protected": not self.unprotected,
        }


def probe_isolation() -> None:
    """Open a box and run something in an isolated child; SandboxError says why this machine can't."""
    with Zygote(preload=()) as zygote:
        ended = zygote.spawn("builtins:len", isolated=True).wait(_SPAWN_SECONDS)
    if ended is None or ended.status != 0:
        raise SandboxError(_NO_BOX_FOR_CHILD, why=ended)


class _Life:
    """One process of the zygote, from its start to its end."""

    def __init__(self, order: _Order, when_lost: Callable[[_Life], None]) -> None:
        self.alive = False
        self._when_lost = when_lost
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()  # for what is sent, and for the tables
        self._waiting: dict[int, tuple[Spawned, _Answer]] = {}
        self._children: dict[int, Spawned] = {}
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed with this life)
        fcntl.fcntl(self._errors, fcntl.F_SETFL, os.O_APPEND)
        self._socket, there = socket.socketpair()
        self._wire = Wire(self._socket, limit=_CONTROL_LIMIT)
        self._process: subprocess.Popen[bytes] | None = None
        self._group: Group | None = None
        ready = _Answer()
        # bubblewrap ends with the *thread* that started it, so the thread that listens starts it
        self._thread = threading.Thread(
            target=self._listen, args=(there, order, ready), name="zygote", daemon=True
        )
        self._thread.start()
        try:
            ready.get(_START_SECONDS)
        except SandboxError:
            self.close()
            raise
        self.alive = True

    def send(self, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
        """WireError when the process has ended."""
        with self._lock:
            self._wire.send(message, fds)

    def spawn(self, request: dict[str, Any], fds: Sequence[int]) -> Spawned:
        """WireError when the process ended before the child was there."""
        if len(fds) > MOST_FDS:
            raise ValueError(f"at most {MOST_FDS} descriptors")
        number = next(self._numbers)
        child, answer = Spawned(self, number), _Answer()
        with self._lock:
            if not self.alive:
                raise WireError("the zygote has ended")
            self._waiting[number] = (child, answer)
            self._wire.send(request | {"id": number}, fds)
        child.pid = answer.get(_SPAWN_SECONDS)["pid"]
        return child

    def close(self) -> None:
        """End the process and every child."""
        self.alive = False
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _listen(self, there: socket.socket, order: _Order, ready: _Answer) -> None:
        """Start the process, then hand what it says to whom it concerns, until it ends."""
        try:
            with there:
                self._process = self._start(there.fileno(), order)
            self._wire.send(order.record())
            hello, _ = self._wire.receive()
            if "failed" in hello:
                ready.fail(SandboxError(N_("Không mở được hộp cát: {why}."), why=hello["failed"]))
            ready.set(hello)
            while True:
                self._hear(self._wire.receive()[0])
        except Exception as error:  # noqa: BLE001  (whoever waits is told)
            self._lost(ready, error)
        finally:
            self._wire.close()
            self._errors.close()
            if self._group:
                self._group.close()
            self._when_lost(self)

    def _start(self, control: int, order: _Order) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-P", "-m", "hocvuso.kernels.zygote_main", str(control)]
        env = clean_env(MPLBACKEND=_PICTURES)
        boxed = argv
        if not order.unprotected:
            boxed = zygote_command(argv, env=env, read_only=order.paths, shelf=order.shelf)
        self._group = Group.make()
        return subprocess.Popen(
            self._group.entered_by(boxed) if self._group else boxed,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            pass_fds=[control],
            env=env,
            cwd="/",
            start_new_session=True,
        )

    def _hear(self, message: dict[str, Any]) -> None:
        number = message["id"]
        if os.fstat(self._errors.fileno()).st_size > _KEPT:
            os.ftruncate(self._errors.fileno(), 0)
        with self._lock:
            child, answer = self._waiting.pop(number, (None, None))
            if child and "pid" in message:
                self._children[number] = child
            elif child is None and "status" in message:
                child = self._children.pop(number)
        if answer and "failed" in message:
            answer.fail(SandboxError(_NO_BOX_FOR_CHILD, why=message["failed"]))
        elif answer:
            answer.set(message)
        elif child:
            child._set(Ended(message["status"], message["cpu_seconds"], message["reason"]))  # noqa: SLF001

    def _lost(self, ready: _Answer, error: Exception) -> None:
        """The process has ended: so have its children."""
        with self._lock:
            self.alive = False
            waiting, children = list(self._waiting.values()), list(self._children.values())
            self._waiting.clear()
            self._children.clear()
        if self._process:
            try:
                self._process.wait(_END_SECONDS)  # told to end, it still tidies up
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if not isinstance(error, SandboxError):
            error = SandboxError(NO_BOX, why=self._told() or str(error))
        ready.fail(error)
        for _, answer in waiting:
            answer.fail(WireError("the zygote has ended"))
        for child in children:
            child._set(Ended(-9, 0.0, "lost"))  # noqa: SLF001

    def _told(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace").strip()[-_TOLD:]


class _Answer:
    """A message that one thread waits for and another brings; the first one counts."""

    def __init__(self) -> None:
        self._come = threading.Event()
        self._message: dict[str, Any] | None = None
        self._error: Exception | None = None

    def set(self, message: dict[str, Any]) -> None:
        if not self._come.is_set():
            self._message = message
            self._come.set()

    def fail(self, error: Exception) -> None:
        if not self._come.is_set():
            self._error = error
            self._come.set()

    def get(self, seconds: float) -> dict[str, Any]:
        if not self._come.wait(seconds):
            raise SandboxError(N_("Không mở được hộp cát: {why}."), why="timeout")
        if self._error:
            raise self._error
        assert self._message is not None  # noqa: S101  (set or failed)
        return self._message
