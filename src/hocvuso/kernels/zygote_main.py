"""The process that forks children for `hocvuso.kernels.zygote`, in its box.

It imports, then obeys its control socket; it is single-threaded, runs no code of a learner and is sent nothing of a
course. What a child does right after its fork is in `hocvuso.kernels.isolate`.
"""

from __future__ import annotations

import gc
import importlib
import os
import selectors
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from hocvuso.kernels.isolate import Place, enter, fork
from hocvuso.kernels.wire import Wire, WireClosed

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_FDS = 8
_OURS = "hocvuso."


@dataclass(slots=True)
class _Child:
    number: int
    pid: int
    exit: int  # becomes readable when the process has ended
    failure: int  # what goes wrong before the entry is called is written here
    killed: str | None = None


class _Zygote:
    def __init__(self, wire: Wire, *, protected: bool) -> None:
        self._wire = wire
        self._protected = protected
        self._ready = selectors.DefaultSelector()
        self._children: dict[int, _Child] = {}

    def serve(self) -> None:
        """Obey until the trusted side hangs up."""
        self._ready.register(self._wire, selectors.EVENT_READ, self._obey)
        try:
            while True:
                for key, _ in self._ready.select():
                    key.data() if key.fileobj is self._wire else key.data[0](key.data[1])
        except WireClosed:
            return

    def _obey(self) -> None:
        message, fds = self._wire.receive()
        if message["do"] == "spawn":
            try:
                self._spawn(message, fds)
            finally:
                for descriptor in fds:
                    os.close(descriptor)
        elif message["do"] == "kill":
            child = self._children.get(message["id"])
            if child:
                self._kill(child, "killed")

    def _spawn(self, message: dict[str, Any], fds: Sequence[int]) -> None:
        failure, write = os.pipe()
        place = Place(isolated=message["isolated"], protected=self._protected, limits=message["limits"])
        try:
            pid = fork(place)
            if pid == 0:
                _be_child(message["entry"], fds, place, write)
        except OSError as error:
            os.close(failure)
            self._wire.send({"id": message["id"], "failed": str(error)})
            return
        finally:
            os.close(write)
        child = _Child(message["id"], pid, os.pidfd_open(pid), failure)
        self._children[child.number] = child
        self._ready.register(child.failure, selectors.EVENT_READ, (self._entered, child))

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
        self._ready.register(child.exit, selectors.EVENT_READ, (self._gone, child))

    def _gone(self, child: _Child) -> None:
        self._ready.unregister(child.exit)
        status, cpu = self._reap(child)
        self._wire.send(
            {"id": child.number, "status": status, "cpu_seconds": round(cpu, 3), "reason": child.killed}
        )

    def _reap(self, child: _Child) -> tuple[int, float]:
        _, status, usage = os.wait4(child.pid, 0)
        os.close(child.exit)
        del self._children[child.number]
        return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime

    def _kill(self, child: _Child, reason: str) -> None:
        child.killed = child.killed or reason
        os.kill(child.pid, 9)


def _be_child(entry: str, fds: Sequence[int], place: Place, failure: int) -> NoReturn:
    """In the child: take its place, call the entry, end. Nothing of the zygote's own runs here any more."""
    status = 1
    try:
        try:
            passed = enter(place, fds, failure)
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
            if error.name != name and not name.startswith(f"{error.name}."):
                raise
            continue
        if name.startswith(_OURS) and hasattr(module, "warm_up"):
            module.warm_up()
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        raise RuntimeError("a preloaded module has started a thread")
    gc.collect()
    gc.freeze()  # so that a collection in a child doesn't write to, and thereby copy, every page


def main() -> None:
    """``zygote_main CONTROL_DESCRIPTOR [unprotected]``."""
    wire = Wire(socket.socket(fileno=int(sys.argv[1])), limit=65_536, fds=_MOST_FDS)
    os.set_inheritable(wire.fileno(), False)
    order, _ = wire.receive()
    try:
        _preload(order["preload"])
    except Exception as error:  # noqa: BLE001  (told to the trusted side)
        wire.send({"failed": f"{type(error).__name__}: {error}"})
        return
    wire.send({"ready": True})
    _Zygote(wire, protected=sys.argv[2:] != ["unprotected"]).serve()


if __name__ == "__main__":
    main()
