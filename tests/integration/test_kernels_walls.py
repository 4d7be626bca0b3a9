"""An isolated child reaches nothing that it was not given: each way out is tried from inside."""

from __future__ import annotations

import os
import platform
import socket
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.box_child import PATIENCE, boxes, run, running

from hocvuso.kernels import seccomp
from hocvuso.kernels.zygote import Zygote

pytestmark = pytest.mark.slow

CALL = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *(a if isinstance(a, bytes) else ctypes.c_long(a) for a in arguments))
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]
"""


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """A zygote with numpy only: the walls are the same."""
    with boxes(preload=("numpy",)) as made:
        yield made


def shown(zygote: Zygote, source: str) -> str:
    """What ``source`` prints in an isolated child."""
    return run(zygote, source)[0].strip()


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG"])
def test_there_is_no_network(zygote: Zygote, family: str):
    """No socket can be made that could leave the machine or speak to its kernel."""
    source = (
        f"import socket\ntry: socket.socket(socket.{family}, socket.SOCK_RAW)\nexcept OSError as e: print(e)"
    )
    assert shown(zygote, source) == "[Errno 1] Operation not permitted"


def test_sockets_without_a_file_are_out_of_reach(zygote: Zygote):
    """An abstract unix socket of the machine, or of another child, can't be connected to."""
    name = f"\\0hocvuso-{uuid.uuid4().hex}"
    connect = f"import socket\ntry: socket.socket(socket.AF_UNIX).connect('{name}'); print('in')\n"
    connect += "except OSError as e: print(type(e).__name__)"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name.encode().decode("unicode_escape"))
        server.listen()
        assert shown(zygote, connect) == "ConnectionRefusedError"
    listen = f"import os, socket, time\ns = socket.socket(socket.AF_UNIX); s.bind('{name}'); s.listen()\n"
    with running(zygote, listen + "os.write(3, b'here\\n'); time.sleep(100)") as other:
        assert other.first_line() == "here"
        assert shown(zygote, connect) == "ConnectionRefusedError"


def test_proc_and_sys_are_not_there(zygote: Zygote):
    """Through /proc of the same user number the memory of others could be read; /sys tells of the machine."""
    source = "import os\nprint(os.listdir('/proc'), os.listdir('/proc/self'), os.path.exists('/sys'))"
    assert shown(zygote, source) == "['self'] ['exe'] False"


def test_no_other_process_can_be_named(zygote: Zygote):
    """Signals find nobody, and a signal to all hits nobody else."""
    source = """
import os
found = []
for pid in range(2, 3000):
    try: os.kill(pid, 0); found.append(pid)
    except ProcessLookupError: pass
try: os.kill(-1, 9); print('hit')
except ProcessLookupError: pass
print(os.getpid(), os.getppid(), found)"""
    with running(zygote, "import os, time\nos.write(3, b'here\\n'); time.sleep(100)") as other:
        assert other.first_line() == "here"
        assert shown(zygote, source) == "1 0 []"
        assert other.child.wait(0) is None
    assert shown(zygote, "print(1)") == "1"


def test_a_judge_is_not_seen(zygote: Zygote):
    """What runs in the zygote's own box is neither visible nor reachable from a learner's."""
    judge = "import os, time\nopen('bai-kiem-tra.txt', 'w').close(); os.write(3, b'here\\n'); time.sleep(100)"
    look = (
        "import os\nprint([n for _, d, f in os.walk('/tmp') for n in d + f if n not in ('integration',)][:3])"
    )
    with running(zygote, judge, isolated=False) as other:
        assert other.first_line() == "here"
        assert "bai-kiem-tra.txt" not in shown(zygote, look)


def test_the_judges_memory_is_closed_to_its_like(zygote: Zygote):
    """Even a process of the same user in the same box could not read it."""
    judge = "import os, time\nos.write(3, b'here\\n'); time.sleep(100)"
    with running(zygote, judge, isolated=False) as other:
        assert other.first_line() == "here"
        source = f"try: open('/proc/{other.child.pid}/mem')\nexcept OSError as e: print(type(e).__name__)"
        assert run(zygote, source, isolated=False)[0] == "PermissionError\n"


def test_each_forbidden_call_is_refused(zygote: Zygote):
    """Every call of the filter's list, made from inside, says no."""
    column = {"x86_64": 0, "aarch64": 1}[platform.machine()]
    numbers = {name: n[column] for name, n in seccomp._FORBIDDEN.items() if n[column] is not None}
    printed = shown(zygote, f"{CALL}print({{n: call(k, 0, 0, 0, 0, 0) for n, k in {numbers}.items()}})")
    assert eval(printed) == dict.fromkeys(numbers, "EPERM")  # noqa: S307  (our own child's dict)
    numbers = {name: n[column] for name, n in seccomp._ABSENT.items() if n[column] is not None}
    numbers |= {"clone3": 435, "io_uring_setup": 425, "open_tree": 428, "landlock": 444, "memfd_secret": 447}
    printed = shown(zygote, f"{CALL}print({{n: call(k, 0, 0, 0, 0, 0) for n, k in {numbers}.items()}})")
    assert eval(printed) == dict.fromkeys(numbers, "ENOSYS")  # noqa: S307


def test_no_namespace_can_be_entered_or_made(zygote: Zygote):
    """With a namespace of its own a process would have capabilities again."""
    clone = {"x86_64": 56, "aarch64": 220}[platform.machine()]
    source = f"{CALL}print([call({clone}, 1 << bit, 0, 0, 0, 0) for bit in (17, 25, 26, 27, 28, 29, 30)])"
    assert shown(zygote, source) == str(["EPERM"] * 7)
    tool = (
        "import subprocess\nprint(subprocess.run(['unshare', '-U', 'true'], capture_output=True).returncode)"
    )
    assert shown(zygote, tool) == "1"


def test_no_capability_is_left(zygote: Zygote):
    """Not in any set, and no program gives one back."""
    get = {"x86_64": 125, "aarch64": 90}[platform.machine()]
    source = f"""{CALL}
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
assert libc.syscall({get}, header, data) == 0
print(list(data), sum(max(0, libc.prctl(23, n, 0, 0, 0)) for n in range(41)), libc.prctl(39, 0, 0, 0, 0))"""
    assert shown(zygote, source) == "[0, 0, 0, 0, 0, 0] 0 1"


def test_only_what_was_given_is_open(zygote: Zygote):
    """Standard streams that lead nowhere, and the descriptor that was passed."""
    source = """
import os, stat
open_now = []
for number in range(0, 256):
    try: kind = os.fstat(number)
    except OSError: continue
    open_now.append((number, 'socket' if stat.S_ISSOCK(kind.st_mode) else 'null' if kind.st_rdev == 259 else '?'))
print(open_now)"""
    assert shown(zygote, source) == str([(0, "null"), (1, "null"), (2, "null"), (3, "socket")])


def test_the_environment_is_clean(zygote: Zygote, monkeypatch: pytest.MonkeyPatch):
    """No variable of the grader gets in, not even into a new zygote."""
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret-token")
    with boxes(preload=()) as other:
        printed = run(other, "import os\nprint(sorted(os.environ))")[0]
    names = {
        "HOME",
        "LANG",
        "MPLBACKEND",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "PATH",
        "PYTHONDONTWRITEBYTECODE",
        "USER",
    }
    assert set(eval(printed)) - {"TZ", "LC_CTYPE"} == names  # noqa: S307  (our own child's list)


def test_the_course_is_not_there(zygote: Zygote, tmp_path: Path):
    """Neither a gradebook nor passwords nor what lies in the machine's /tmp exist inside."""
    secret = tmp_path / "gradebook.db"
    secret.write_text("grades", encoding="utf-8")
    paths = [
        "/etc/shadow",
        str(secret),
        str(Path.home() / ".bashrc"),
        "/var",
        "/root/.ssh",
        "/dev/sda",
        "/dev/tty",
    ]
    assert shown(zygote, f"import os\nprint([p for p in {paths} if os.path.exists(p)])") == "[]"


def test_nothing_is_writable_but_the_scratch_folder(zygote: Zygote):
    """Every folder of the tree is tried; files that are there can't be opened for writing either."""
    source = """
import os
writable = []
for folder, folders, files in os.walk('/'):
    if folder == '/':
        folders[:] = [f for f in folders if f != 'usr'] + ['usr']
    if folder.count('/') > 4 or folder == '/tmp':
        folders.clear()
        continue
    try:
        with open(folder + '/thu', 'w'): writable.append(folder)
    except OSError: pass
print(writable)"""
    assert shown(zygote, source) == "[]"
    known = [
        str(Path(sys.prefix) / "pyvenv.cfg"),
        os.path.realpath(seccomp.__file__),
        "/etc/passwd",
        __file__,
    ]
    source = f"for p in {known}:\n    try: open(p, 'r+'); print(p)\n    except OSError: pass"
    assert shown(zygote, source) == ""


def test_links_lead_nowhere(zygote: Zygote):
    """A symbolic link is followed inside the box only; a hard link to a file outside the scratch is refused."""
    source = """
import os
os.symlink('/etc/shadow', 'a'); os.symlink('../../../../../../proc/1/root/etc/shadow', 'b')
for name in 'ab':
    try: open(name)
    except OSError as e: print(type(e).__name__)
try: os.link('/etc/passwd', 'c')
except OSError as e: print(type(e).__name__)
try: os.mknod('d', 0o60600, os.makedev(259, 0))
except OSError as e: print(type(e).__name__)"""
    assert shown(zygote, source).split() == [
        "FileNotFoundError",
        "FileNotFoundError",
        "OSError",
        "PermissionError",
    ]


def test_scratch_folders_are_private_and_new(zygote: Zygote):
    """What one child writes no other sees, at the same time or later; it begins empty."""
    write = "import os, time\nopen('/tmp/a', 'w').close(); open('/dev/shm/b', 'w').close(); open('c', 'w').close()\n"
    look = "import os\nprint(os.getcwd(), os.listdir('.'), os.listdir('/dev/shm'), os.path.exists('/tmp/a'))"
    with running(zygote, write + "os.write(3, b'here\\n'); time.sleep(100)") as other:
        assert other.first_line() == "here"
        assert shown(zygote, look) == "/tmp/work [] [] False"  # noqa: S108
    assert other.child.wait(PATIENCE) is not None
    assert shown(zygote, look) == "/tmp/work [] [] False"  # noqa: S108


def test_the_walls_hold_for_what_a_child_starts(zygote: Zygote):
    """A program started from inside stands in the same box."""
    source = """
import subprocess, sys
code = "import os, socket\\nprint(os.listdir('/proc'))\\ntry: socket.socket()\\nexcept OSError as e: print(e.errno)"
print(subprocess.check_output([sys.executable, '-c', code], text=True))"""
    assert shown(zygote, source) == "['self']\n1"


def test_the_filter_holds_for_the_judge_too(zygote: Zygote):
    """A child that isn't isolated still can't open namespaces, sockets or other processes."""
    numbers = [
        seccomp._FORBIDDEN[n][platform.machine() != "x86_64"] for n in ("unshare", "ptrace", "mount", "bpf")
    ]
    printed, _ = run(zygote, f"{CALL}print([call(n, 0, 0, 0, 0, 0) for n in {numbers}])", isolated=False)
    assert printed.strip() == str(["EPERM"] * 4)
