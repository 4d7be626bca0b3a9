"""A kernel provisioner that forks kernels, in milliseconds, from processes that have imported everything.

A forked kernel stands behind the walls of `hocvuso.kernels.isolate`: no network, no other process, no token, no file
of the course but the released edition that it was started in. It is handed its sockets already listening; their files
lie in a private folder that it can't see.

Named in a kernelspec as ``"metadata": {"kernel_provisioner": {"provisioner_name": "hocvuso-zygote"}}``. Where a
machine can't fork kernels, the boxed kernel of `hocvuso.kernels.provisioner` takes their place.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_client.connect import port_names
from traitlets import Integer

from hocvuso.errors import SandboxError
from hocvuso.kernels.parents import Parents, parents_for
from hocvuso.kernels.provisioner import SandboxProvisioner
from hocvuso.kernels.wire import WireError
from hocvuso.kernels.zygote import ChildLimits, Spawned
from hocvuso.places import Places, find_places

log = logging.getLogger(__name__)


class ZygoteProvisioner(SandboxProvisioner):
    """Forks the kernel; its life is the fork's life."""

    process: Any = None  # a ForkedProcess, or the Popen of a boxed kernel

    parents = Integer(1, config=True, help="processes that kernels are forked from")
    resident_mb = Integer(1024, config=True, help="memory that a kernel and its processes may use, in MB")
    scratch_mb = Integer(64, config=True, help="files that a kernel may have in its own /tmp, in MB")
    processes = Integer(64, config=True, help="processes and threads that a kernel may have at once")

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork the kernel; start the boxed one, ``cmd``, where that is not possible."""
        try:
            self.process = ForkedProcess(await asyncio.to_thread(self._fork))
        except (SandboxError, WireError, OSError) as error:
            _tell_once(str(error))
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = None  # what number it has is the zygote's business
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """An interrupt reaches the kernel; any other signal but 0 ends it with everything that it started."""
        if isinstance(self.process, ForkedProcess):
            self.process.send_signal(signum)
        else:
            await super().send_signal(signum)

    def _fork(self) -> Spawned:
        shelf = find_places(self._release).release.resolve() if self._release else None
        limits = ChildLimits(
            cpu_seconds=self.cpu_seconds,
            memory_mb=self.memory_mb,
            resident_mb=self.resident_mb,
            scratch_mb=self.scratch_mb,
            processes=self.processes,
        )
        manager: Any = self.parent
        connection = Path(manager.connection_file).read_bytes()
        addresses = [f"{manager.ip}-{getattr(manager, name)}" for name in port_names]
        with _readable(connection) as pipe, contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(_listening(address)) for address in addresses]
            return parents_for(shelf, self.parents).spawn(
                [pipe, *(each.fileno() for each in sockets)],
                limits=limits,
                shown=str(self._release.relative_to(shelf)) if self._release and shelf else None,
            )


def start_early(places: Places, parents: int) -> None:
    """Start the processes that kernels of this course will be forked from, without waiting for them."""
    shelf = places.release.resolve()
    if shelf.is_dir():
        threading.Thread(target=_start, args=(parents_for(shelf, parents),), daemon=True).start()


def _start(parents: Parents) -> None:
    try:
        parents.start()
    except SandboxError as error:
        _tell_once(str(error))
    except RuntimeError:  # all was closed meanwhile
        return


class ForkedProcess:
    """A forked kernel, as `subprocess.Popen` would show it."""

    stdin = stdout = stderr = None

    def __init__(self, kernel: Spawned) -> None:
        self.pid = kernel.pid
        self._kernel = kernel

    def poll(self) -> int | None:
        """Its exit status; None while it runs."""
        ended = self._kernel.wait(0)
        return None if ended is None else ended.status

    def wait(self, timeout: float | None = None) -> int | None:
        """Its exit status, when it has ended."""
        ended = self._kernel.wait(timeout)
        return None if ended is None else ended.status

    def send_signal(self, signum: int) -> None:
        """Interrupt it, or end it; 0 does nothing."""
        if signum == signal.SIGINT:
            self._kernel.interrupt()
        elif signum != 0:
            self._kernel.kill()

    def kill(self) -> None:
        """End it, with everything that it started."""
        self._kernel.kill()

    terminate = kill


@contextlib.contextmanager
def _readable(content: bytes) -> Iterator[int]:
    """A descriptor from which ``content`` can be read; small enough for a pipe to hold."""
    read, write = os.pipe()
    try:
        with os.fdopen(write, "wb") as file:
            file.write(content)
        yield read
    finally:
        os.close(read)


def _listening(address: str) -> socket.socket:
    """A unix socket that listens at ``address``, in the place of one that an earlier kernel had."""
    Path(address).unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX)
    try:
        made.bind(address)
        made.listen()
    except OSError:
        made.close()
        raise
    return made


@cache
def _tell_once(why: str) -> None:
    log.warning("Kernels can't be forked on this machine (%s): each is started by itself", why)
