"""A kernel provisioner that starts every kernel in the box of `hocvuso.kernels.sandbox`.

A kernel started this way has no network, no token in its environment and sees no file of the course but the
released edition that it was started in. Kernel and site speak through unix sockets in a private folder, so no
other kernel, and no other user of the machine, can listen in or join.

Named in a kernelspec as ``"metadata": {"kernel_provisioner": {"provisioner_name": "hocvuso-sandbox"}}``.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Integer

from hocvuso.errors import SetupError
from hocvuso.kernels.sandbox import HOME, Limits, clean_env, sandbox_command
from hocvuso.places import find_places


class SandboxProvisioner(LocalProvisioner):
    """Launches the kernel inside the box; its life is the box's life."""

    cpu_seconds = Integer(900, config=True, help="CPU seconds that a kernel may use in its whole life")
    memory_mb = Integer(2048, config=True, help="address space of a kernel, in MB")

    _folder: Path | None = None
    _release: Path | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Give the kernel a private folder for its sockets, and compose the boxed command."""
        folder = self._private_folder()
        manager: Any = self.parent
        manager.transport = "ipc"
        manager.cache_ports = False
        if not manager._connection_file_written:  # noqa: SLF001  (a restart keeps its connection)
            manager.connection_file = str(folder / "kernel.json")
            manager.ip = str(folder / "s" / "k")
        given = kwargs.get("cwd")
        kwargs = await super().pre_launch(**kwargs)
        self._release = release = released_folder(given)
        kwargs["cmd"] = sandbox_command(
            kwargs["cmd"],
            env=clean_env(),
            limits=Limits(cpu_seconds=self.cpu_seconds, memory_mb=self.memory_mb),
            read_only=[folder, *([release] if release else [])],
            writable=[folder / "s"],
            cwd=str(release or HOME),
        )
        # bubblewrap itself gets no more than the kernel does
        kwargs["env"] = clean_env()
        kwargs["cwd"] = "/"
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the box. What the kernel's process writes outside its cells goes nowhere."""
        kwargs.setdefault("stdout", subprocess.DEVNULL)
        kwargs.setdefault("stderr", subprocess.DEVNULL)
        return await super().launch_kernel(cmd, **kwargs)

    async def send_signal(self, signum: int) -> None:
        """An interrupt reaches the kernel; any other signal ends the box with everything in it."""
        if signum == 0:
            await super().send_signal(signum)
        elif signum == signal.SIGINT:
            for pid in _kernels_in(self.pid):
                os.kill(pid, signum)
        elif self.process:
            await super().send_signal(signal.SIGKILL)

    async def cleanup(self, restart: bool = False) -> None:  # noqa: FBT001, FBT002  (jupyter_client's signature)
        """Remove the private folder when the kernel won't come back."""
        await super().cleanup(restart=restart)
        if not restart and self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _private_folder(self) -> Path:
        """A folder that only we may enter; its path is short, as a unix socket's name must be."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="hvs-", dir=_short_base()))
            (self._folder / "s").mkdir()
        return self._folder


def _short_base() -> str:
    for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir()):
        if base and len(base) < 60 and os.access(base, os.W_OK):  # noqa: PLR2004  (108 bytes, less our own part)
            return base
    return HOME


def released_folder(cwd: object) -> Path | None:
    """``cwd`` when it is one released edition's folder; anything else of a course stays outside the box."""
    if not cwd:
        return None
    folder = Path(str(cwd)).resolve()
    try:
        places = find_places(folder)
    except SetupError:
        return None
    inside = folder.is_dir() and folder != places.release and folder.is_relative_to(places.release)
    return folder if inside else None


def _kernels_in(pid: int | None) -> list[int]:
    """The processes that the box's own first process started: the kernel (not the kernel's children)."""
    return [kernel for init in _children(pid) for kernel in _children(init)]


def _children(pid: int | None) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []
