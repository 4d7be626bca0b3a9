"""A child that takes too much is bounded or ended, with everything that it started, and the reason is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.integration.box_child import PATIENCE, boxes, run, running

from hocvuso.kernels.zygote import Zygote

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """A zygote without libraries: the limits are the same."""
    with boxes(preload=()) as made:
        yield made


def test_an_endless_loop_ends_by_its_cpu_seconds(zygote: Zygote):
    """CPU time decides, and the reason says so."""
    _, ended = run(zygote, "while True: pass", cpu_seconds=1)
    assert (ended.status, ended.reason) == (-9, "cpu")
    assert ended.cpu_seconds >= 0.9


def test_cpu_time_counts_over_all_processes(zygote: Zygote):
    """Four processes that each stay below the limit are ended together."""
    _, ended = run(zygote, "import os\nos.fork(); os.fork()\nwhile True: pass", cpu_seconds=2)
    assert (ended.status, ended.reason) == (-9, "cpu")


def test_cpu_time_of_processes_that_nobody_waits_for_counts(zygote: Zygote):
    """A chain of processes, each ending soon, can't burn for ever."""
    source = (
        "import os, signal, time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nwhile True:\n"
        "    os.write(3, b'.')\n    if os.fork() == 0:\n"
        "        while time.process_time() < 0.4: pass\n        os._exit(0)\n"
        "    try: os.wait()\n    except ChildProcessError: pass"
    )
    with running(zygote, source, cpu_seconds=1) as started:
        children = started.printed()
        ended = started.child.wait(PATIENCE)
    assert ended is not None
    assert ended.reason == "cpu"
    assert len(children) < 8


def test_a_fork_bomb_stays_small(zygote: Zygote):
    """It gets no more processes than its limit, whoever runs the grader; another child works meanwhile."""
    bomb = (
        "import os\ntold = False\nwhile True:\n    try: os.fork()\n    except OSError:\n"
        "        if not told: told = True; os.write(3, b'full\\n')\n"
    )
    with running(zygote, bomb, processes=30, cpu_seconds=60) as started:
        assert started.first_line() == "full"
        assert run(zygote, "print(3)")[0] == "3\n"
        started.child.kill()
        ended = started.child.wait(PATIENCE)
    assert ended is not None
    assert ended.reason == "killed"


def test_a_thread_bomb_gets_an_error(zygote: Zygote):
    """Threads count as processes do; the code can handle the error."""
    source = (
        "import threading\nwait = threading.Event()\nmade = 0\ntry:\n    while True:\n"
        "        threading.Thread(target=wait.wait, daemon=True).start(); made += 1\n"
        "except RuntimeError as e: print(made < 30, e)"
    )
    assert run(zygote, source, processes=30)[0] == "True can't start new thread\n"


def test_one_process_that_wants_too_much_memory_gets_an_error(zygote: Zygote):
    """MemoryError, which the code can handle."""
    source = "try: x = bytearray(10**9)\nexcept MemoryError: print('MemoryError')"
    assert run(zygote, source, memory_mb=500)[0] == "MemoryError\n"


def test_many_processes_that_want_too_much_together_are_ended(zygote: Zygote):
    """Each stays within its address space; their sum decides."""
    source = (
        "import os, time\nos.fork(); os.fork()\nkept = []\nfor _ in range(20):\n"
        "    kept.append(bytearray(os.urandom(1000)) * 10_000)\n    time.sleep(0.02)\ntime.sleep(100)"
    )
    _, ended = run(zygote, source, resident_mb=200, cpu_seconds=30)
    assert (ended.status, ended.reason) == (-9, "memory")


def test_memory_that_processes_share_counts_once(zygote: Zygote):
    """Eight copies of one process with 60 MB are not 480 MB, nor while some of them start and end."""
    source = (
        "import os, time\nkept = bytearray(os.urandom(1000)) * 60_000\nfor _ in range(40):\n"
        "    children = []\n    for _ in range(7):\n        pid = os.fork()\n"
        "        if pid == 0:\n            time.sleep(0.02); os._exit(0)\n        children.append(pid)\n"
        "    for pid in children: os.waitpid(pid, 0)\nprint('done')"
    )
    printed, ended = run(zygote, source, resident_mb=200, cpu_seconds=60)
    assert (printed, ended.reason) == ("done\n", None)


@pytest.mark.parametrize(
    ("source", "sign"),
    [
        ("open('big', 'wb').write(b'0' * (9 * 2**20))", "File too large"),
        ("for i in range(40): open(f'/tmp/{i}', 'wb').write(b'0' * 2**20)", "No space left on device"),
        ("for i in range(40): open(f'/dev/shm/{i}', 'wb').write(b'0' * 2**20)", "No space left on device"),
        ("for i in range(99999): open(f'{i}', 'wb').close()", "No space left on device"),
        ("kept = [open('/dev/null') for i in range(300)]", "Too many open files"),
        (
            "import resource as r\nr.setrlimit(r.RLIMIT_FSIZE, (2**40, 2**40))",
            "not allowed to raise maximum limit",
        ),
    ],
)
def test_files_are_bounded(zygote: Zygote, source: str, sign: str):
    """A disk fill is an error for who fills, and nothing for the machine; no limit can be raised."""
    printed, ended = run(zygote, source, file_mb=8, scratch_mb=16, open_files=100)
    assert sign in printed
    assert ended.status == 0


def test_memory_that_no_limit_would_count_is_not_to_be_had(zygote: Zygote):
    """System V shared memory and anonymous files outlive their mapping, unseen."""
    source = "import os\ntry: os.memfd_create('a')\nexcept OSError as e: print(e.errno)"
    assert run(zygote, source)[0] == "38\n"


def test_the_next_child_has_everything_again(zygote: Zygote):
    """Nothing of a child's use is held against another."""
    run(zygote, "open('/tmp/a', 'wb').write(b'0' * 2**23)", scratch_mb=16)
    printed, ended = run(zygote, "print(open('/tmp/a', 'wb').write(b'0' * 2**23))", scratch_mb=16)
    assert (printed, ended.status) == (f"{2**23}\n", 0)
