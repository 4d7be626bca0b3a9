"""Kernels of the site run in a box, reached through private sockets: started by themselves, or forked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.multikernelmanager import AsyncMultiKernelManager
from tests.integration.kernels_jupyter import BOXED, FORKED, boxed, make_course, manager_of, say

from hocvuso.kernels.parents import close_all
from hocvuso.kernels.zygote_provisioner import ForkedProcess

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A course with a released edition, a source edition and state."""
    yield make_course(tmp_path_factory.mktemp("course"))
    close_all()


@pytest.fixture(params=[BOXED, FORKED])
def provisioner(request: pytest.FixtureRequest) -> str:
    """Each of our ways to start a kernel."""
    return request.param


@pytest.fixture
def kernels(tmp_path: Path, provisioner: str) -> AsyncMultiKernelManager:
    """A manager that knows the boxed kernel only."""
    return manager_of(tmp_path, provisioner)


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
            assert await say(client, connect) in {"ConnectionRefusedError", "PermissionError"}
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
        assert await say(client, "import os; print(os.getcwd())") in {"/tmp", "/tmp/work"}  # noqa: S108
        assert await say(client, f"open({str(course / 'nbgrader_config.py')!r})") == "FileNotFoundError"
        client.stop_channels()
        await kernels.shutdown_kernel(kernel_id, now=True)

    run(scenario)


def test_a_boxed_kernel_can_be_interrupted_restarted_and_ended(course, kernels, provisioner):
    """An interrupt stops the cell, not the kernel; a restart gives a fresh one; the end leaves nothing."""

    async def scenario() -> None:
        kernel_id, client = await boxed(kernels, course / "release" / "t14-05")
        await say(client, "x = 1")
        manager = kernels.get_kernel(kernel_id)
        assert isinstance(manager.provisioner.process, ForkedProcess) is (provisioner == FORKED)
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
