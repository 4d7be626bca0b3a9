"""The learner's process: runs cells and answers probes, as the judge asks over a `Wire`.

Requests and replies, one for one:

- ``{"op": "run", "source": …, "seconds": …}`` → ``{"outputs": […], "earlier": {"0": […]}, "ended": false}``; with
  ``shown``, what tracebacks show, the source is a test that asks the judge (`hocvuso.kernels.checks`)
- ``{"op": "fork"}`` and a descriptor → ``{"forked": true, "pid": …}``; a copy of this process, with the state that
  the learner's code has left, serves the connection behind the descriptor
- ``{"op": "reap", "pids": […]}`` → ``{"left": […]}``: lets go of copies of copies that have ended; those that haven't
- ``{"op": "end"}`` → no reply, the process ends
- anything else is a probe (`hocvuso.kernels.probes`): its reply, what it showed, if anything, as ``outputs``, and
  ``"late": true`` when its time was up

A request that is malformed, or whose answer can't be sent, gets ``{"failed": reason}``. Nothing that this process
says can be trusted: learner code runs in it and may have changed anything, this module too.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hocvuso.kernels import checks, commands, machinery
from hocvuso.kernels.outputs import TooMuchOutput
from hocvuso.kernels.shell import CellShell, is_late, prepare
from hocvuso.kernels.wire import Wire, WireClosed, WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Answer = Callable[[dict[str, Any], dict[str, Any], Wire], dict[str, Any]]

_HIGH = 100
_PROBES = "hocvuso.kernels.probes"
_close, _waitpid, _exit = os.close, os.waitpid, os._exit  # before learner code can replace them


def warm_up() -> None:
    """Make the shell in the process that forks learners' processes, and do what the first cells would."""
    import_module(_PROBES)
    prepare().warm_up()


def main(fds: Sequence[int]) -> None:
    """Serve the channel ``fds[0]``, with probes, until it ends; then end this process."""
    probes = import_module(_PROBES)
    (channel,) = out_of_the_way(fds)
    sys.path.insert(0, "")  # modules beside the notebook, as in a kernel
    shell = CellShell.prepared()
    commands.install()
    machinery.remember()
    serve(Wire(channel, fds=1), shell, probes.answer)
    _exit(0)  # not by way of the caller, whose names learner code may have replaced


def out_of_the_way(fds: Sequence[int]) -> list[socket.socket]:
    """The sockets behind ``fds``, with numbers that code seldom uses: 3 and 4 are the first that it gets."""
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HIGH) for descriptor in fds]
    for descriptor in fds:
        _close(descriptor)
    return [socket.socket(fileno=descriptor) for descriptor in moved]


def serve(wire: Wire, shell: CellShell, answer: Answer) -> None:
    """Answer requests until the peer says ``end``, goes away, or the code asks its kernel to end.

    ``answer(request, namespace, wire)`` replies to a probe; it may talk to the peer in between.
    """
    forks: list[int] = []
    while not shell.ended:
        try:
            request, fds = wire.receive()
        except WireError:
            return
        if request.get("op") == "end":
            return
        if request.get("op") == "fork":
            try:
                wire, forks = _fork(wire, shell, fds, forks)
            except WireError:
                return
            forks = [pid for pid in forks if _lives(pid)]
            continue
        if request.get("op") == "reap":
            wire.send({"left": [pid for pid in request["pids"] if not _reaped(pid)]})
            continue
        for descriptor in fds:
            _close(descriptor)
        if not _reply(wire, shell, request, answer):
            return
        forks = [pid for pid in forks if _lives(pid)]


def _reply(wire: Wire, shell: CellShell, request: dict[str, Any], answer: Answer) -> bool:
    """Answer one request; whether the peer is still there."""
    try:
        reply = (
            _run(shell, request, wire) if request.get("op") == "run" else _probe(shell, request, answer, wire)
        )
    except BaseException as error:  # noqa: BLE001  (learner code can raise anything, at any point)
        reply = {"failed": type(error).__name__}
    for attempt in (reply, _too_long(reply)):
        try:
            wire.send(attempt)
        except WireClosed:
            return False
        except BaseException:  # noqa: BLE001, S112  (too long, or no JSON: the next attempt is short and plain)
            continue
        return True
    return False


def _run(shell: CellShell, request: dict[str, Any], wire: Wire) -> dict[str, Any]:
    told = request.get("shown")
    if told is not None:
        checks.install(shell.namespace, wire, import_module(_PROBES).refer)
    try:
        shown = shell.run(str(request["source"]), seconds=request.get("seconds"), shown_as=told)
    finally:
        if told is not None:
            checks.remove(shell.namespace)
    return {"outputs": shown.outputs, "earlier": shown.earlier, "ended": shell.ended}


def _probe(shell: CellShell, request: dict[str, Any], answer: Answer, wire: Wire) -> dict[str, Any]:
    """Answer a probe. While it is worked on, learner code may call a function of the judge's over ``wire``."""
    seconds = request.get("seconds")
    reply, shown, used = shell.call(answer, request, shell.namespace, wire, seconds=seconds)
    interrupted = (reply.get("raised") or {}).get("e") == KeyboardInterrupt.__name__
    late = is_late(used, seconds, interrupted=interrupted)
    return (
        dict(reply) | ({"outputs": shown.outputs} if shown.outputs else {}) | ({"late": True} if late else {})
    )


def _too_long(reply: dict[str, Any]) -> dict[str, Any]:
    """The short reply in the place of one that can't be sent."""
    if "earlier" not in reply:
        return {"failed": "the reply can't be sent"}
    name = TooMuchOutput.__name__
    error = {"output_type": "error", "ename": name, "evalue": "", "traceback": [name]}
    return {"outputs": [error], "earlier": {}, "ended": bool(reply["ended"])}


def _fork(wire: Wire, shell: CellShell, fds: Sequence[int], forks: list[int]) -> tuple[Wire, list[int]]:
    """Fork; in the parent the same wire and the longer list of forks, in the child its own and none."""
    if len(fds) != 1:
        for descriptor in fds:
            _close(descriptor)
        wire.send({"failed": "a fork needs one descriptor"})
        return wire, forks
    try:
        pid = shell.fork()
    except OSError as error:
        _close(fds[0])
        wire.send({"failed": str(error)})
        return wire, forks
    if pid == 0:
        wire.close()
        return Wire(socket.socket(fileno=fds[0]), fds=1), []
    _close(fds[0])
    wire.send({"forked": True, "pid": pid})
    return wire, [*forks, pid]


def _reaped(pid: int) -> bool:
    """Let go of a process that has ended; False when it runs, or isn't ours yet: its parent ends before."""
    try:
        return _waitpid(pid, os.WNOHANG)[0] == pid
    except OSError:
        return False


def _lives(pid: int) -> bool:
    """Whether a fork of ours still runs; one that has ended leaves no trace."""
    with contextlib.suppress(OSError):
        return _waitpid(pid, os.WNOHANG) == (0, 0)
    return False
