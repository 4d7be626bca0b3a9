"""Kernels as jupyter_client runs them, with a kernelspec that names one of our provisioners."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.multikernelmanager import AsyncMultiKernelManager
from traitlets.config import Config

if TYPE_CHECKING:
    from jupyter_client.asynchronous import AsyncKernelClient

BOXED, FORKED = "hocvuso-sandbox", "hocvuso-zygote"


def write_spec(folder: Path, name: str, provisioner: str) -> None:
    """A kernelspec ``name`` in ``folder``."""
    spec = {
        "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": name,
        "language": "python",
        "metadata": {"kernel_provisioner": {"provisioner_name": provisioner}},
    }
    (folder / name).mkdir(parents=True)
    (folder / name / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def manager_of(folder: Path, provisioner: str, **settings: int) -> AsyncMultiKernelManager:
    """A manager that knows one kernel only: ``boxed``, through ``provisioner``."""
    write_spec(folder / "kernels", "boxed", provisioner)
    specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
    config = Config()
    config.ZygoteProvisioner.update(settings)
    config.KernelManager.autorestart = False  # a test looks at what has died
    return AsyncMultiKernelManager(kernel_spec_manager=specs, connection_dir=str(folder), config=config)


def make_course(root: Path, editions: tuple[str, ...] = ("t14-05",)) -> Path:
    """A course with released editions, a source edition and state."""
    (root / "nbgrader_config.py").touch()
    for name in (*(f"release/{edition}" for edition in editions), "source/t14-05", "var/grader"):
        (root / name).mkdir(parents=True)
        (root / name / "file.txt").write_text(name, encoding="utf-8")
    return root


async def boxed(kernels: AsyncMultiKernelManager, cwd: Path) -> tuple[str, AsyncKernelClient]:
    """Start a kernel in ``cwd`` and wait until it answers."""
    kernel_id = await kernels.start_kernel(kernel_name="boxed", cwd=str(cwd))
    client = kernels.get_kernel(kernel_id).client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    return kernel_id, client


async def printed_until(client: AsyncKernelClient, code: str, text: str) -> str:
    """What is printed from when ``code`` is run until ``text`` has come, which may be after the cell's end."""
    client.execute(code)
    printed = ""
    while text not in printed:
        message = await client.get_iopub_msg(timeout=60)
        if message["msg_type"] == "stream":
            printed += message["content"]["text"]
    return printed.strip()


async def say(client: AsyncKernelClient, code: str) -> str:
    """What ``code`` prints, or the name of its error."""
    seen: list[str] = []

    def note(message: dict[str, Any]) -> None:
        content = message["content"]
        seen.append(content.get("text") or content.get("ename") or "")

    await client.execute_interactive(code, output_hook=note, timeout=60)
    return "".join(seen).strip()
