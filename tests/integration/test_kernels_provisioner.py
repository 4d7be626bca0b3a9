"""Kernels of the site run in the box, reached through private sockets."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.multikernelmanager import AsyncMultiKernelManager

if TYPE_CHECKING:
    from jupyter_client.asynchronous import AsyncKernelClient

pytestmark = pytest.mark.slow

SPEC = {
    "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    "display_name": "boxed",
    "language": "python",
    "metadata": {"kernel_provisioner": {"provisioner_name": "hocvuso-sandbox"}},
}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with a released edition, a source edition and state."""
    (tmp_path / "nbgrader_config.py").touch()
    for name in ("release/t14-05", "source/t14-05", "var/grader"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file.txt").write_text(name, encoding="utf-8")
    return tmp_path


@pytest.fixture
def kernels(tmp_path: Path) -> AsyncMultiKernelManager:
    """A manager that knows the boxed kernel only."""
    folder = tmp_path / "kernels" / "boxed"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(SPEC), encoding="utf-8")
    specs = KernelSpecManager(kernel_dirs=[str(tmp_path / "kernels")], ensure_native_kernel=False)
    return AsyncMultiKernelManager(kernel_spec_manager=specs, connection_dir=str(tmp_path))


async def say(client: AsyncKernelClient, code: str) -> str:
    """What ``code`` prints, or the name of its error."""
    seen: list[str] = []

    def note(message: dict[str, Any]) -> None:
        content = message["content"]
        seen.append(content.get("text") or content.get("ename") or "")

    await client.execute_interactive(code, output_hook=note, timeout=60)
    return "".join(seen).strip()


async def boxed(kernels: AsyncMultiKernelManager, cwd: Path) -> tuple[str, AsyncKernelClient]:
    """Start a kernel in ``cwd`` and wait until it answers."""
    kernel_id = await kernels.start_kernel(kernel_name="boxed", cwd=str(cwd))
    client = kernels.get_kernel(kernel_id).client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    return kernel_id, client


def test_a_boxed_kernel_computes_and_reaches_nothing(course, kernels, monkeypatch):
    """Code runs and sees its released edition; network, keys, state and hub tokens are out of reach."""
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret-token")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        async def scenario() -> None:
            kernel_id, client = await boxed(kernels, course / "release" / "t14-05")
            assert await say(client, "print(6 * 7)") == "42"
            assert await say(client, "print(open('file.txt').read())") == "release/t14-05"
            for path in (course / "source", course / "var" / "grader" / "file.txt", "/etc/shadow"):
                assert await say(client, f"open({str(path)!r})") == "FileNotFoundError"
            connect = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
            assert await say(client, connect) == "ConnectionRefusedError"
            told = await say(
                client, "import os; print([n for n in os.environ if 'HUB' in n or 'TOKEN' in n])"
            )
            assert told == "[]"
            client.stop_channels()
            await kernels.shutdown_kernel(kernel_id, now=True)

        run(scenario)


def test_a_kernel_started_in_the_course_root_sees_no_course(course, kernels):
    """Only a released edition is ever opened to a kernel, whatever folder the caller starts it in."""

    async def scenario() -> None:
        kernel_id, client = await boxed(kernels, course)
        assert await say(client, "import os; print(os.getcwd())") == "/tmp"  # noqa: S108
        assert await say(client, f"open({str(course / 'nbgrader_config.py')!r})") == "FileNotFoundError"
        client.stop_channels()
        await kernels.shutdown_kernel(kernel_id, now=True)

    run(scenario)


def test_a_boxed_kernel_can_be_interrupted_restarted_and_ended(course, kernels):
    """An interrupt stops the cell, not the kernel; a restart gives a fresh one; the end leaves nothing."""

    async def scenario() -> None:
        kernel_id, client = await boxed(kernels, course / "release" / "t14-05")
        await say(client, "x = 1")
        manager = kernels.get_kernel(kernel_id)
        folder = Path(manager.connection_file).parent
        client.execute(
            "import sys, time; sys.stdout.write('on'); sys.stdout.flush()\nwhile True: time.sleep(0.01)"
        )
        while (await client.get_iopub_msg(timeout=30))["msg_type"] != "stream":
            pass
        await manager.interrupt_kernel()
        reply = await client.get_shell_msg(timeout=30)
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert await say(client, "print(x)") == "1"
        await kernels.restart_kernel(kernel_id, now=True)
        await client.wait_for_ready(timeout=60)
        assert await say(client, "x") == "NameError"
        client.stop_channels()
        assert folder.is_dir()
        await kernels.shutdown_kernel(kernel_id, now=True)
        assert not folder.exists()

    run(scenario)


def run(scenario) -> None:
    """Run an asynchronous test in a loop of its own."""
    asyncio.run(scenario())
