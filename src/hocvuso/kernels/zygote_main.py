"""The process that forks children for `hocvuso.kernels.zygote`, in its box.

It imports, then obeys its control socket; it is single-threaded, runs no code of a learner and is sent nothing of a
course. What a child does right after its fork is in `hocvuso.kernels.isolate`; who takes too much is found by
`hocvuso.kernels.supervise`.
"""

from __future__ import annotations

import gc
import importlib
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from hocvuso.kernels.isolate import Forker, Place, settle_zygote, use_large_pages
from hocvuso.kernels.sandbox import HOME
from hocvuso.kernels.supervise import Supervisor
from hocvuso.kernels.wire import Wire, WireClosed

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONTROL_LIMIT = 65_536
_MOST_FDS = 8
_MY_CHILDREN = "/proc/thread-self/children"
_OURS = "hocvuso."


@dataclass(slots=True)
class _Child:
    number: int
    pid: int
    place: Place
    exit: int = field(init=False)  # becomes readable when the process has ended
    failure: int  # what goes wrong before the entry is called comes from here
    killed: str | None = None

    def __post_init__(self) -> None:
        self.exit = os.pidfd_open(self.pid)


class _Zygote:
    def __init__(self, wire: Wire, order: dict[str, Any]) -> None:
        self._wire = wire
        self._protected: bool = order["protected"]
        self._look_every: float = order["look_seconds"]
        sheltered = [Path(path) for path in order["sheltered"]]
        self._forker = Forker(protected=self._protected, sheltered=sheltered, shelf=order["shelf"])
        self._supervisor = Supervisor()
        self._ready = selectors.DefaultSelector()
        self._children: dict[int, _Child] = {}
        self._looked = 0.0
        self._base = HOME if self._protected else tempfile.mkdtemp(prefix="hocvuso-")

    def serve(self) -> None:
        """Obey until the trusted side hangs up."""
        self._listen(self._wire.fileno(), self._obey)
        try:
            while True:
                for key, _ in self._ready.select(self._until_next_look()):
                    key.data()
                if self._until_next_look() == 0:
                    self._look()
        except WireClosed:
            return
        finally:
            for child in list(self._children.values()):
                self._kill(child, "killed")
                self._reap(child)
            if not self._protected:
                shutil.rmtree(self._base, ignore_errors=True)

    def _listen(self, descriptor: int, act: Callable[[], None]) -> None:
        self._ready.register(descriptor, selectors.EVENT_READ, act)

    def _obey(self) -> None:
        message, fds = self._wire.receive()
        if message["do"] == "spawn":
            try:
                self._spawn(message, fds)
            finally:
                for descriptor in fds:
                    os.close(descriptor)
        elif child := self._children.get(message["id"]):
            if message["do"] == "kill":
                self._kill(child, "killed")
            elif message["do"] == "interrupt":
                os.kill(child.pid, signal.SIGINT)

    def _place(self, message: dict[str, Any]) -> Place:
        walled = message["isolated"] and self._protected
        return Place(
            isolated=message["isolated"],
            protected=self._protected,
            folder=f"{HOME}/work" if walled else f"{self._base}/{message['id']}",
            limits=message["limits"],
            shown=message["shown"] if walled else None,
        )

    def _spawn(self, message: dict[str, Any], fds: Sequence[int]) -> None:
        place = self._place(message)
        failure, write = os.pipe()
        try:
            pid = self._forker.fork(place)
        except OSError as error:
            os.close(failure)
            os.close(write)
            self._wire.send({"id": message["id"], "failed": str(error)})
            return
        if pid == 0:
            _be_child(message["entry"], fds, self._forker, place, write)
        os.close(write)
        child = _Child(message["id"], pid, place, failure)
        self._children[child.number] = child
        self._supervisor.add(pid, place.limits)
        self._listen(failure, lambda: self._entered(child))

    def _entered(self, child: _Child) -> None:
        """The child stands in its box, or says why it doesn't."""
        why = os.read(child.failure, 1000).decode("utf-8", "replace")
        self._ready.unregister(child.failure)
        os.close(child.failure)
        if why:
            self._reap(child)
            self._wire.send({"id": child.number, "failed": why})
            return
        self._wire.send({"id": child.number, "pid": child.pid})
        self._listen(child.exit, lambda: self._gone(child))

    def _gone(self, child: _Child) -> None:
        self._ready.unregister(child.exit)
        status, cpu = self._reap(child)
        reason = child.killed or self._guess(child, status, cpu)
        self._wire.send(
            {"id": child.number, "status": status, "cpu_seconds": round(cpu, 3), "reason": reason}
        )

    def _guess(self, child: _Child, status: int, cpu: float) -> str | None:
        """Who sent SIGKILL if it wasn't us: the first process of a namespace can't be killed from within."""
        if status != -signal.SIGKILL:
            return None
        if cpu > child.place.limits["cpu_seconds"] / 2:  # the system's clock for its own limit is coarse
            return "cpu"
        return "memory" if child.place.walled else None

    def _reap(self, child: _Child) -> tuple[int, float]:
        """The exit status and the CPU seconds of the whole family; nothing of the child is left."""
        _, status, usage = os.wait4(child.pid, 0)
        os.close(child.exit)
        del self._children[child.number]
        seen = self._supervisor.remove(child.pid)
        if not child.place.walled:
            self._end_orphans()
            shutil.rmtree(child.place.folder, ignore_errors=True)
        return os.waitstatus_to_exitcode(status), max(seen, usage.ru_utime + usage.ru_stime)

    def _end_orphans(self) -> None:
        """End what children without walls have left running: it has become this process's own."""
        known = {child.pid for child in self._children.values()}
        while orphans := {int(pid) for pid in Path(_MY_CHILDREN).read_text(encoding="ascii").split()} - known:
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)
            for pid in orphans:
                os.waitpid(pid, 0)

    def _kill(self, child: _Child, reason: str) -> None:
        child.killed = child.killed or reason
        os.kill(child.pid, signal.SIGKILL)

    def _until_next_look(self) -> float | None:
        if not self._supervisor:
            return None
        return max(0.0, self._looked + self._look_every - time.monotonic())

    def _look(self) -> None:
        self._looked = time.monotonic()
        by_pid = {child.pid: child for child in self._children.values()}
        for pid, reason in self._supervisor.check():
            self._kill(by_pid[pid], reason)


def _be_child(entry: str, fds: Sequence[int], forker: Forker, place: Place, failure: int) -> NoReturn:
    """In the child: take its place, call the entry, end. Nothing of the zygote's own runs here any more."""
    status = 1
    try:
        try:
            passed, failure = forker.enter(place, fds, failure)
            module, _, name = entry.partition(":")
            function = getattr(importlib.import_module(module), name)
        except BaseException as error:  # noqa: BLE001  (whatever it is: told, and the child ends)
            os.write(failure, f"{type(error).__name__}: {error}".encode()[:1000])
            os._exit(1)
        os.close(failure)
        function(passed)
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:  # noqa: BLE001
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status & 0xFF)


def _preload(modules: Sequence[str]) -> None:
    """Import what is there of ``modules``; one of ours may have a ``warm_up`` for what is only made when used."""
    for name in modules:
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise
            continue
        if name.startswith(_OURS) and hasattr(module, "warm_up"):
            module.warm_up()
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        raise RuntimeError("a preloaded module has started a thread")
    gc.collect()
    gc.freeze()  # so that a collection in a child doesn't write to, and thereby copy, every page
    use_large_pages()


def main() -> None:
    """``zygote_main CONTROL_DESCRIPTOR``."""
    settle_zygote()
    wire = Wire(socket.socket(fileno=int(sys.argv[1])), limit=_CONTROL_LIMIT, fds=_MOST_FDS)
    os.set_inheritable(wire.fileno(), False)
    order, _ = wire.receive()
    try:
        zygote = _Zygote(wire, order)
        sys.path.extend(order["paths"])
        _preload(order["preload"])
    except Exception as error:  # noqa: BLE001  (told to the trusted side)
        wire.send({"failed": f"{type(error).__name__}: {error}"})
        return
    wire.send({"ready": True})
    zygote.serve()


if __name__ == "__main__":
    main()
