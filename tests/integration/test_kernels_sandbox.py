"""The box: what runs in it reaches nothing that it was not given."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import psutil
import pytest

from conftest import command_of, wait_for
from hocvuso.errors import SandboxError
from hocvuso.kernels.sandbox import Limits, clean_env, find_bwrap, probe, sandbox_command

LIMITS = Limits(cpu_seconds=10)


def run(code: str, **openings) -> subprocess.CompletedProcess[str]:
    """Run Python ``code`` in the box."""
    limits = openings.pop("limits", LIMITS)
    command = sandbox_command([sys.executable, "-c", code], env=clean_env(), limits=limits, **openings)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_this_machine_can_open_the_box():
    """``probe`` passes where the box works, so a failure below is about the box's walls."""
    probe()


def test_python_and_its_packages_work_inside():
    """Learner code finds the interpreter, the scientific packages and this package."""
    done = run("import numpy, hocvuso.kernels; print(numpy.arange(3).sum())")
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr


def test_no_network(tmp_path: Path):
    """A listening port of the machine can't be reached from inside."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
        done = run(code)
    assert "ConnectionRefusedError" in done.stderr


def test_files_of_the_machine_and_the_course_are_out_of_reach(tmp_path: Path):
    """Passwords, a course's state and other folders under /tmp don't exist inside."""
    secret = tmp_path / "var" / "grader" / "gradebook.db"
    secret.parent.mkdir(parents=True)
    secret.write_text("grades", encoding="utf-8")
    released = tmp_path / "release" / "t14-05"
    released.mkdir(parents=True)
    (released / "data.csv").write_text("a", encoding="utf-8")
    paths = ["/etc/shadow", str(secret), str(released / "data.csv")]
    code = f"import os; print([os.path.exists(p) for p in {paths}])"
    assert run(code, read_only=[released]).stdout == "[False, False, True]\n"


def test_nothing_given_read_only_can_be_written(tmp_path: Path):
    """Neither the opened folder nor Python's packages can be changed from inside."""
    (tmp_path / "data.csv").write_text("a", encoding="utf-8")
    for path in (tmp_path / "data.csv", Path(sys.prefix) / "pyvenv.cfg"):
        done = run(f"open({str(path)!r}, 'a')", read_only=[tmp_path])
        assert "Read-only file system" in done.stderr


def test_the_environment_is_only_what_was_given(monkeypatch: pytest.MonkeyPatch):
    """No token of the process that opens the box gets in."""
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret-token")
    done = run("import os; print(sorted(os.environ))")
    assert "JUPYTERHUB_API_TOKEN" not in done.stdout
    assert "HOME" in done.stdout


def test_processes_outside_are_invisible():
    """Code inside sees only its own processes, so it can signal no other."""
    done = run("import os; print(max(int(p) for p in os.listdir('/proc') if p.isdigit()) < 20, os.getuid())")
    assert done.stdout == "True 1000\n"


@pytest.mark.parametrize(
    ("code", "sign"),
    [
        ("bytearray(10**9)", "MemoryError"),
        ("open('/tmp/big', 'wb').write(b'0' * (9 * 2**20))", "File too large"),
        ("[open(f'/tmp/{i}', 'wb').write(b'0' * 2**20) for i in range(40)]", "No space left"),
    ],
)
def test_memory_and_disk_are_bounded(code: str, sign: str):
    """A process that asks for too much gets an error of its own, and the machine nothing."""
    done = run(code, limits=Limits(cpu_seconds=10, memory_mb=500, file_mb=8, scratch_mb=16))
    assert sign in done.stderr


def test_cpu_time_is_bounded():
    """An endless loop is ended by its CPU seconds."""
    done = run("while True: pass", limits=Limits(cpu_seconds=1))
    assert done.returncode != 0


def test_a_missing_bubblewrap_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    """Without bubblewrap the error names the package; nothing is ever run unprotected."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxError, match="bubblewrap"):
        find_bwrap()


@pytest.mark.skipif(
    os.getuid() != 0, reason="only root can become another user; others are that user already"
)
def test_an_ordinary_user_can_open_the_box():
    """No root is needed to open the box."""
    command = sandbox_command(["true"], env=clean_env(), limits=LIMITS)
    start = command.index("--ro-bind", command.index("/tmp"))  # noqa: S108
    end = command.index("--setenv")
    system_only = command[:start] + command[end:]  # Python may lie where another user can't look
    done = subprocess.run(system_only, user=65534, group=65534, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


FORKS = "n=0; while [ $n -lt 300 ]; do sleep $0 & n=$((n+1)); done; echo $n"


def test_a_fork_bomb_stays_small_and_ends_with_its_box():
    """An ordinary user's box gets no more processes than its limit; when it ends, none of them is left."""
    seconds = f"30.{uuid.uuid4().int}"  # nobody else on this machine sleeps for so long
    command = sandbox_command(
        ["sh", "-c", FORKS, seconds], env=clean_env(), limits=Limits(cpu_seconds=10, processes=40)
    )
    start = command.index("--ro-bind", command.index("/tmp"))  # noqa: S108
    system_only = command[:start] + command[command.index("--setenv") :]
    who = {"user": 65534, "group": 65534} if os.getuid() == 0 else {}
    done = subprocess.run(system_only, capture_output=True, text=True, check=False, timeout=60, **who)
    assert "Cannot fork" in done.stderr or "Resource temporarily unavailable" in done.stderr
    assert done.stdout == ""
    wait_for("none is left", lambda: not [p for p in psutil.process_iter() if seconds in command_of(p)])
