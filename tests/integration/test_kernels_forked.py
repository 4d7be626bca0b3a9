"""Forked kernels: each is alone, dies alone, and is followed by another; nothing is left behind."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.multikernelmanager import AsyncMultiKernelManager
from tests.integration.conftest import PATIENCE, forking_process, wait_for
from tests.integration.kernels_jupyter import (
    FORKED,
    boxed,
    make_course,
    manager_of,
    printed_until,
    say,
    write_spec,
)

from hocvuso.errors import SandboxError
from hocvuso.kernels import zygote_provisioner
from hocvuso.kernels.parents import close_all, parents_for
from hocvuso.kernels.zygote import Zygote
from hocvuso.kernels.zygote_provisioner import ForkedProcess

pytestmark = pytest.mark.slow

# no message, no answer: a socket that somebody outside holds the other end of is a way out
FOREIGN = """
import os, socket, stat
found = []
for number in range(3, 256):
    try:
        if not stat.S_ISSOCK(os.fstat(number).st_mode): continue
    except OSError: continue
    s = socket.socket(fileno=os.dup(number))
    pid = int.from_bytes(s.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], "little", signed=True)
    listens = s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if not listens and not s.getsockname() and pid != os.getpid(): found.append(number)
print(found)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A course with two released editions."""
    yield make_course(tmp_path_factory.mktemp("course"), ("t14-05", "t14-06"))
    close_all()


@pytest.fixture
def kernels(tmp_path: Path) -> AsyncMultiKernelManager:
    """A manager that knows the forked kernel only, with two parents."""
    return manager_of(tmp_path, FORKED, parents=2)


@pytest.fixture
def with_kernels(kernels: AsyncMultiKernelManager, course: Path) -> Callable[..., None]:
    """Runs a scenario with the clients of a kernel in each of ``editions``, which end afterwards."""

    def run(scenario: Callable[..., Coroutine[Any, Any, None]], *editions: str) -> None:
        async def whole() -> None:
            clients: list[AsyncKernelClient] = []
            try:
                for edition in editions:
                    _, client = await boxed(kernels, course / "release" / edition)
                    clients.append(client)
                await scenario(*clients)
            finally:
                for client in clients:
                    client.stop_channels()
                await kernels.shutdown_all(now=True)

        asyncio.run(whole())

    return run


def process_of(kernels: AsyncMultiKernelManager, number: int) -> ForkedProcess:
    process = kernels.get_kernel(kernels.list_kernel_ids()[number]).provisioner.process
    assert isinstance(process, ForkedProcess)
    return process


def parents_of(course: Path) -> list[psutil.Process]:
    """The processes that fork, as the machine sees them."""
    found = []
    for zygote in parents_for((course / "release").resolve(), 2)._zygotes:
        if zygote._life is None:
            continue  # it wasn't needed so far
        found.append(forking_process(zygote))
    return found


def box_of(parent: psutil.Process) -> list[psutil.Process]:
    """The process that forks and those around it, up to our own."""
    return [parent, *(p for p in parent.parents() if p in psutil.Process().children(recursive=True))]


def all_run(course: Path) -> bool:
    return all(z._life and z._life.alive for z in parents_for((course / "release").resolve(), 2)._zygotes)


def test_widgets_can_be_asked_for_all_at_once(with_kernels: Callable[..., None]) -> None:
    """The targets that ipywidgets opens when a cell imports it are there, though it was imported before the fork."""

    async def scenario(kernel: AsyncKernelClient) -> None:
        targets = await say(kernel, "print(sorted(get_ipython().kernel.comm_manager.targets))")
        assert targets.strip() == "['jupyter.widget', 'jupyter.widget.control']"

    with_kernels(scenario, "t14-05")


def test_a_hostile_kernel_finds_nothing_of_another(with_kernels, kernels, course, monkeypatch):
    """Not its sockets, files, processes, lesson or environment, nor a line to the process that forks."""
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret-token")

    async def scenario(victim: AsyncKernelClient, hostile: AsyncKernelClient) -> None:
        await say(victim, "open('/tmp/mine.txt', 'w').write('câu trả lời')")
        managers = [kernels.get_kernel(kernel_id) for kernel_id in kernels.list_kernel_ids()]
        sockets = [f"{manager.ip}-{number}" for manager in managers for number in range(1, 6)]
        assert all(map(os.path.exists, sockets))
        assert await say(hostile, f"import os; print([p for p in {sockets} if os.path.exists(p)])") == "[]"
        assert await say(hostile, "print(os.listdir('/proc'), os.listdir('/run/shelf'))") == "['self'] []"
        assert await say(hostile, "print(os.path.exists('/tmp/mine.txt'), os.listdir('/lesson'))") == (
            "False ['file.txt']"
        )
        assert await say(hostile, "print(open('file.txt').read())") == "release/t14-06"
        assert await say(hostile, "open('file.txt', 'w')") == "OSError"
        assert await say(hostile, f"print(os.path.exists({str(course)!r}))") == "False"
        assert await say(hostile, "print([n for n in os.environ if 'HUB' in n or 'TOKEN' in n])") == "[]"
        assert await say(hostile, "print(os.getpid(), os.getppid())") == "1 0"
        assert await say(hostile, FOREIGN) == "[]"
        assert await say(victim, "print(open('/tmp/mine.txt').read())") == "câu trả lời"

    with_kernels(scenario, "t14-05", "t14-06")


def test_two_kernels_have_nothing_of_chance_in_common(with_kernels):
    """Random numbers, of Python and of numpy, and the name of the session differ."""

    async def scenario(*clients: AsyncKernelClient) -> None:
        for code in ("random.random()", "numpy.random.rand()", "get_ipython().kernel.session.session"):
            told = [await say(client, f"import random, numpy; print({code})") for client in clients]
            assert told[0] != told[1], code

    with_kernels(scenario, "t14-05", "t14-05")


def test_what_lessons_use_works_as_in_any_kernel(with_kernels):
    """Widgets, pandas, magics, a shell, a fork's output, an awaited cell and an error."""
    cells = {
        "import ipywidgets as w; s = w.IntSlider(value=3); s.value += 1; print(s.value, len(s.comm.comm_id))": "4 32",
        "import pandas as pd; print(pd.Series([1, 2]).sum())": "3",
        "from hocvuso.questions import *; print('có')": "có",
        "%%capture got\nprint('thấy')": "",
        "print(got.stdout.strip())": "thấy",
        "!echo vỏ": "vỏ",
        "import asyncio; await asyncio.sleep(0); print('chờ')": "chờ",
        "1 / 0": "ZeroDivisionError",
    }

    async def scenario(client: AsyncKernelClient) -> None:
        for code, shown in cells.items():
            assert sorted((await say(client, code)).split()) == sorted(shown.split()), code
        # a fork's output comes by a way of its own
        fork = "import multiprocessing as m; p = m.get_context('fork').Process(target=print, args=('con',)); p.start()"
        assert await printed_until(client, f"{fork}; p.join()", "con") == "con"
        assert await say(client, "print(p.exitcode)") == "0"

    with_kernels(scenario, "t14-05")


@pytest.mark.parametrize(
    "deadly",
    [
        "import os; os._exit(3)",
        "import ctypes; ctypes.string_at(0)",
        "x = [bytearray(10**8) for _ in range(15)]",
    ],
)
def test_a_kernel_that_dies_is_told_dead_and_can_be_started_again(with_kernels, kernels, deadly):
    """Whatever ends it: its end is seen at once, and a restart gives a fresh one on the same connection."""

    async def scenario(client: AsyncKernelClient) -> None:
        kernel_id = kernels.list_kernel_ids()[0]
        await say(client, "x = 1")
        client.execute(deadly)
        assert await asyncio.to_thread(process_of(kernels, 0).wait, PATIENCE) is not None
        assert not await kernels.is_alive(kernel_id)
        await kernels.restart_kernel(kernel_id, now=True)
        await client.wait_for_ready(timeout=PATIENCE)
        assert await say(client, "x") == "NameError"

    with_kernels(scenario, "t14-05")


def test_a_parent_s_death_ends_its_own_kernels_only(with_kernels, kernels, course):
    """Its kernels are told dead, the other parent's run on; it starts again by itself and forks again."""

    async def scenario(*clients: AsyncKernelClient) -> None:
        before = parents_of(course)
        await say(clients[0], "x = 1"), await say(clients[1], "x = 2")
        os.kill(before[0].pid, signal.SIGKILL)
        both = [process_of(kernels, number) for number in (0, 1)]
        await asyncio.to_thread(wait_for, "one has ended", lambda: any(k.poll() is not None for k in both))
        ended = [kernel.poll() for kernel in both]
        assert sorted(end is None for end in ended) == [False, True]
        living = clients[ended.index(None)]
        assert await say(living, "print('vẫn chạy')") == "vẫn chạy"
        assert [await kernels.is_alive(k) for k in kernels.list_kernel_ids()] == [
            end is None for end in ended
        ]
        await asyncio.to_thread(wait_for, "both parents run", lambda: all_run(course))
        assert [now.pid == old.pid for now, old in zip(parents_of(course), before, strict=True)] == [
            False,
            True,
        ]
        await kernels.restart_kernel(kernels.list_kernel_ids()[1 - ended.index(None)], now=True)

    with_kernels(scenario, "t14-05", "t14-05")


def test_a_machine_that_can_not_fork_gets_boxed_kernels(with_kernels, kernels, monkeypatch, caplog):
    """The kernel works all the same; the log says why, once."""

    def refuse(*_: object) -> None:
        raise SandboxError("no namespaces here")

    monkeypatch.setattr(zygote_provisioner, "parents_for", refuse)
    zygote_provisioner._tell_once.cache_clear()

    async def scenario(*clients: AsyncKernelClient) -> None:
        assert [await say(client, "print(open('file.txt').read())") for client in clients] == [
            "release/t14-05"
        ] * 2
        running = [kernels.get_kernel(k).provisioner.process for k in kernels.list_kernel_ids()]
        assert all(isinstance(process, subprocess.Popen) for process in running)

    with caplog.at_level(logging.WARNING):
        with_kernels(scenario, "t14-05", "t14-05")
    assert [record.getMessage() for record in caplog.records if "forked" in record.getMessage()] == [
        "Kernels can't be forked on this machine (no namespaces here): each is started by itself"
    ]


def test_nothing_is_left_behind(kernels, course):
    """After a polite shutdown and the end of the parents there is no process, folder or socket."""
    started: list[psutil.Process] = []

    async def scenario() -> Path:
        kernel_id, client = await boxed(kernels, course / "release" / "t14-05")
        folder = Path(kernels.get_kernel(kernel_id).connection_file).parent
        await say(client, "import subprocess; subprocess.Popen(['sleep', '1000'])")
        started.extend(p for parent in parents_of(course) for p in parent.children(recursive=True))
        client.stop_channels()
        await kernels.shutdown_kernel(kernel_id)
        return folder

    folder = asyncio.run(scenario())
    assert not folder.exists()
    assert len(started) > 1, "the kernel and what it started"
    assert psutil.wait_procs(started, PATIENCE)[1] == []
    parents = parents_of(course)
    assert [parent.children() for parent in parents] == [[] for _ in parents]
    boxes = [process for parent in parents for process in box_of(parent)]
    close_all()
    assert psutil.wait_procs(boxes, PATIENCE)[1] == []


def test_a_parent_with_a_thread_is_refused(tmp_path):
    """A process with more than one thread must not fork: it says so, and never serves."""
    tmp_path.chmod(0o755)
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(9,)).start()"
    )
    with (
        Zygote(preload=("threaded",), paths=[tmp_path]) as zygote,
        pytest.raises(SandboxError, match="thread"),
    ):
        zygote.start()


def test_nbval_runs_a_notebook_with_forked_kernels(tmp_path):
    """A kernelspec that names the provisioner is all that other programs need."""
    write_spec(tmp_path / "share" / "kernels", "boxed", FORKED)
    code = "import numpy, os\nprint(numpy.arange(4).sum(), os.getpid())"
    output = nbformat.v4.new_output("stream", name="stdout", text="6 1\n")
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code, outputs=[output], execution_count=1)]
    )
    notebook.metadata.kernelspec = {"name": "boxed", "display_name": "boxed", "language": "python"}
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    nbformat.write(notebook, tmp_path / "one.ipynb")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "one.ipynb",
    ]
    env = os.environ | {"JUPYTER_PATH": str(tmp_path / "share")}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
