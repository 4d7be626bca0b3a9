"""The zygote forks children as often as asked, survives its own end, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.integration.box_child import PATIENCE, boxes, run, running
from tests.integration.conftest import forking_process

from hocvuso.errors import SandboxError
from hocvuso.kernels.sandbox import find_bwrap
from hocvuso.kernels.zygote import Ended, Zygote, probe_isolation

pytestmark = pytest.mark.slow

SLEEP = "import os; os.write(3, b'here\\n')\nwhile True: __import__('time').sleep(100)"


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """A zygote with pandas."""
    with boxes() as made:
        made.start()
        yield made


def state_of(process: psutil.Process) -> tuple[int, int, list[str], list[psutil.Process]]:
    """What must not grow: descriptors, mounts, files in its folder, processes."""
    root = Path(f"/proc/{process.pid}")
    mounts = len((root / "mountinfo").read_text().splitlines())
    files = sorted(path.name for path in (root / "root" / "tmp").iterdir())
    return process.num_fds(), mounts, files, process.children(recursive=True)


def private_memory(process: psutil.Process) -> int:
    """Memory that isn't a file's, in kB."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


HONEST = {
    "pandas": (
        "import pandas as pd\nprint(pd.DataFrame({'a': [1, 2], 'b': ['x', 'x']}).groupby('b').a.sum()['x'])",
        "3",
    ),
    "files": (
        "import pandas as pd, io\npd.DataFrame({'a': [1]}).to_csv('a.csv')\nprint(len(pd.read_csv('a.csv')))",
        "1",
    ),
    "a subprocess": (
        "import subprocess\nprint(subprocess.run(['echo', 'xin chào'], capture_output=True, text=True).stdout)",
        "xin chào",
    ),
    "python itself": (
        "import subprocess, sys\nprint(subprocess.check_output([sys.executable, '-c', 'print(6 * 7)'], text=True))",
        "42",
    ),
    "a pool of processes": (
        "import multiprocessing as m\nwith m.get_context('fork').Pool(2) as p: print(p.map(abs, [-1, -2]))",
        "[1, 2]",
    ),
    "asyncio": (
        "import asyncio\nasync def f(): await asyncio.sleep(0); return 5\nprint(asyncio.run(f()))",
        "5",
    ),
    "threads": (
        "from concurrent.futures import ThreadPoolExecutor as T\nwith T(8) as t: print(sum(t.map(int, '1234')))",
        "10",
    ),
    "sqlite and temporary files": (
        (
            "import sqlite3, tempfile\nf = tempfile.NamedTemporaryFile()\n"
            "print(sqlite3.connect(f.name).execute('select 7').fetchone()[0])"
        ),
        "7",
    ),
}


@pytest.mark.parametrize("isolated", [True, False])
@pytest.mark.parametrize("what", HONEST)
def test_honest_code_works(zygote: Zygote, what: str, isolated: bool):  # noqa: FBT001
    """What lessons and learners ordinarily do is not hindered by the walls."""
    source, shown = HONEST[what]
    printed, ended = run(zygote, source, isolated=isolated)
    assert printed.strip() == shown
    assert (ended.status, ended.reason) == (0, None)


def test_a_picture_can_be_drawn(zygote: Zygote):
    """Matplotlib, where it is installed, writes its PNG."""
    pytest.importorskip("matplotlib")
    source = (
        "import matplotlib; matplotlib.use('Agg')\nimport matplotlib.pyplot as p\np.plot([1, 2]); "
        "p.savefig('a.png')\nprint(open('a.png', 'rb').read(4))"
    )
    assert run(zygote, source)[0] == "b'\\x89PNG'\n"


def test_children_have_chance_of_their_own(zygote: Zygote):
    """No two children draw the same random numbers, although all are copies of one process."""
    source = "import random, numpy\nprint(random.random(), numpy.random.rand())"
    drawn = [number for _ in range(3) for number in run(zygote, source)[0].split()]
    assert len(set(drawn)) == len(drawn) == 6


def test_the_c_library_knows_the_child_by_its_own_number(zygote: Zygote):
    """A lock of the C library names its owner; it would name a stranger if the number were the zygote's."""
    source = (
        "import ctypes, os\nlibc = ctypes.CDLL(None)\nlock = (ctypes.c_int * 16)()\n"
        "libc.pthread_mutex_init(lock, None); libc.pthread_mutex_lock(lock)\nprint(lock[2], os.getpid())"
    )
    assert run(zygote, source)[0] == "1 1\n"


def test_an_end_is_told_as_it_was(zygote: Zygote):
    """The exit code of a child that ends by itself, and no reason."""
    _, ended = run(zygote, "import os; os._exit(7)")
    assert (ended.status, ended.reason) == (7, None)


def test_a_kill_ends_and_says_so(zygote: Zygote):
    """`wait` gives nothing while the child runs; after `kill` its reason is ``killed``."""
    with running(zygote, SLEEP) as started:
        assert started.first_line() == "here"
        assert started.child.wait(0) is None
        started.child.kill()
        ended = started.child.wait(PATIENCE)
    assert ended is not None
    assert (ended.status, ended.reason) == (-9, "killed")


ESCAPES = {
    "a daemon": "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: os.write(3, b'here\\n')\n",
    "ignored signals": "import os, signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
    "    except OSError: pass\nos.write(3, b'here\\n')\n",
    "a stopped process": "import os, signal\nif os.fork() == 0: os.write(3, b'here\\n'); os.kill(os.getpid(), 19)\n",
    "no death signal": "import ctypes, os\nctypes.CDLL(None).prctl(1, 0)\nos.fork()\nos.write(3, b'here\\n')\n",
}


@pytest.mark.parametrize("how", ESCAPES)
def test_nothing_survives_a_kill(zygote: Zygote, how: str):
    """Daemons, deaf and stopped processes end with their namespace."""
    before = forking_process(zygote).children(recursive=True)
    with running(zygote, ESCAPES[how] + "import time\nwhile True: time.sleep(100)") as started:
        assert started.first_line() == "here"
        assert len(forking_process(zygote).children(recursive=True)) > len(before)
        started.child.kill()
        assert started.child.wait(PATIENCE) is not None
    assert forking_process(zygote).children(recursive=True) == before


def test_many_spawns_leave_nothing_behind(zygote: Zygote):
    """After five hundred children there is no zombie, descriptor, mount, folder more, and no memory."""
    for _ in range(20):
        zygote.spawn("builtins:len", isolated=True).wait(PATIENCE)
    process = forking_process(zygote)
    before, memory = state_of(process), private_memory(process)
    for number in range(500):
        ended = zygote.spawn("builtins:len", isolated=bool(number % 5)).wait(PATIENCE)
        assert ended is not None
        assert ended.status == 0
    assert state_of(process) == before
    assert private_memory(process) < memory + 1000


def test_threads_may_spawn_at_once(zygote: Zygote):
    """Each thread gets its own child's answer."""
    found: dict[int, str] = {}

    def one(number: int) -> None:
        found[number] = run(zygote, f"print({number})")[0]

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: f"{number}\n" for number in range(12)}


def test_an_entry_that_is_not_there_is_an_error(zygote: Zygote):
    """A failure of ours before the entry runs is a SandboxError, and the next child is fine."""
    with pytest.raises(SandboxError, match="khong_co"):
        zygote.spawn("khong_co:main", isolated=True)
    assert run(zygote, "print(1)")[0] == "1\n"


def test_a_killed_zygote_is_followed_by_a_new_one():
    """Its children end as ``lost``, and the next spawn works."""
    with boxes(preload=()) as mortal, running(mortal, SLEEP) as started:
        assert started.first_line() == "here"
        forking_process(mortal).kill()
        assert started.child.wait(PATIENCE) == Ended(-9, 0.0, "lost")
        assert run(mortal, "print(2)")[0] == "2\n"


def test_close_ends_everything():
    """No process is left when the zygote is closed, and it can't be used any more."""
    mortal = boxes(preload=())
    with mortal, running(mortal, SLEEP) as started:
        started.first_line()
        family = psutil.Process(mortal._life._process.pid).children(recursive=True)
        assert family
        mortal.close()
        assert psutil.wait_procs(family, PATIENCE)[1] == []
    with pytest.raises(RuntimeError, match="closed"):
        mortal.spawn("builtins:len", isolated=True)


def test_a_preloaded_module_that_starts_a_thread_is_refused():
    """A process with threads can't be forked safely, so such a zygote doesn't start."""
    with boxes(preload=("box_thread",)) as zygote, pytest.raises(SandboxError, match="thread"):
        zygote.start()


def test_this_machine_can_isolate():
    """``probe_isolation`` passes where the other tests here do."""
    probe_isolation()


def test_without_user_namespaces_nothing_is_run(tmp_path: Path):
    """Where the system forbids nested namespaces the answer is a sentence that says what to allow."""
    code = (
        "from hocvuso.errors import SandboxError\nfrom hocvuso.kernels.zygote import probe_isolation\n"
        "try: probe_isolation()\nexcept SandboxError as error: print('refused:', error)"
    )
    forbidding = ["--unshare-user", "--disable-userns", "--dev-bind", "/", "/", "--proc", "/proc"]
    command = [find_bwrap(), *forbidding, sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.stdout.startswith("refused: "), done.stderr
    assert "user namespaces" in done.stdout


def test_without_bubblewrap_nothing_is_run(monkeypatch: pytest.MonkeyPatch):
    """The sentence names the package to install."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxError, match="bubblewrap"):
        probe_isolation()


def test_unprotected_runs_only_when_named():
    """With the named option code runs without a box, in a folder of its own that is gone afterwards."""
    with boxes(preload=(), unprotected=True) as bare:
        printed, ended = run(bare, "import os\nprint(os.getcwd())\nopen('a', 'w').close()")
        folder = Path(printed.strip())
        assert ended.status == 0
        assert folder.parent.exists()
        assert not folder.exists()
        with running(bare, ESCAPES["a daemon"] + "import time\nwhile True: time.sleep(100)") as started:
            started.first_line()
            family = psutil.Process(bare._life._process.pid).children(recursive=True)
            assert family
    assert not folder.parent.exists()
    assert psutil.wait_procs(family, PATIENCE)[1] == []
