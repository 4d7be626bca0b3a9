"""The control group around all learner code: where the machine has some, and how it is found."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import wait_for
from hocvuso.kernels import cgroups
from hocvuso.kernels.cgroups import Group
from hocvuso.kernels.runner import run_notebook
from hocvuso.kernels.zygote import Zygote


@pytest.fixture
def real() -> None:
    """Only where this machine lets us make groups."""
    group = Group.make()
    if group is None:
        pytest.skip("no control group can be made here")
    group.close()


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """A tree of version 2: a service with our own group in it; every file may be written."""

    def made(own: str, controllers: str = "cpu memory pids", *, procs: bool = True) -> Path:
        folder = tmp_path / "cgroup" / own.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        for place in (folder, folder.parent):
            (place / "cgroup.controllers").write_text(controllers, encoding="ascii")
            (place / "cgroup.subtree_control").write_text("", encoding="ascii")
            if procs:
                (place / "cgroup.procs").touch()
        monkeypatch.setattr(cgroups, "_mounted", lambda: {"": tmp_path / "cgroup"})
        monkeypatch.setattr(cgroups, "_own_paths", lambda: {"": own})
        return folder

    return made


def test_a_delegated_group_gets_its_limits(fake):
    """In a folder that is ours and has the controllers; memory in bytes, fewer than the machine has."""
    folder = fake("/service/main")
    group = Group.make()
    (made,) = group.folders
    assert made.parent in {folder, folder.parent}
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert whole / 2 < int((made / "memory.max").read_text("ascii")) < whole
    assert int((made / "pids.max").read_text("ascii")) > 1000
    assert "memory" in (made.parent / "cgroup.subtree_control").read_text("ascii")


def test_beside_us_where_our_own_group_has_processes(fake, monkeypatch):
    """Version 2 has no groups with limits below one with processes: then the group stands beside ours."""
    folder = fake("/service/main")
    write = Path.write_text

    def busy(path, text, **kinds):
        if path.parent == folder and path.name == "cgroup.subtree_control":
            raise OSError(16, "Device or resource busy")
        return write(path, text, **kinds)

    monkeypatch.setattr(Path, "write_text", busy)
    (made,) = Group.make().folders
    assert made.parent == folder.parent


def test_without_delegation_there_is_none(fake, monkeypatch):
    """No controllers, no right to enter, or no control groups at all."""
    fake("/service/main", "cpu")
    assert Group.make() is None
    monkeypatch.setattr(cgroups, "_mounted", dict)
    assert Group.make() is None


def test_a_group_that_nobody_may_enter_is_not_used(fake):
    """A folder without ``cgroup.procs`` is none."""
    fake("/other/main", procs=False)
    assert Group.make() is None


def test_only_groups_that_are_left_over_are_removed(fake):
    """A new one may belong to somebody who is just starting."""
    fake("/service/main")
    first, second = Group.make().folders[0], Group.make().folders[0]
    for file in (*first.iterdir(), *second.iterdir()):
        file.unlink()  # the real ones have no files that count
    os.utime(first, (0, 0))
    third = Group.make().folders[0]
    assert (first.exists(), second.exists(), third.exists()) == (False, True, True)


def test_a_command_runs_also_where_its_group_has_gone(tmp_path):
    """The group is a further wall, not the only one."""
    done = subprocess.run(
        Group([tmp_path / "gone"]).entered_by(["printf", "yes"]), capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("yes", "")


def test_a_command_enters_every_folder_and_keeps_its_words(tmp_path):
    """Words with spaces and quotes stay as they are."""
    folders = [tmp_path / "một hai", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    words = ["printf", "%s|", "a b", "'", "$HOME"]
    done = subprocess.run(Group(folders).entered_by(words), capture_output=True, text=True, check=True)
    assert done.stdout == "a b|'|$HOME|"
    assert [(folder / "cgroup.procs").read_text("ascii") for folder in folders] == ["0\n", "0\n"]


@pytest.mark.slow
@pytest.mark.usefixtures("real")
def test_everything_of_a_zygote_is_in_its_group_which_goes_with_it():
    """Its processes are listed there; after its end there is no folder left."""
    with Zygote() as zygote:
        assert run_notebook(["1"], zygote=zygote).state == "ok"
        folders = zygote._life._group.folders
        for folder in folders:
            assert len((folder / "cgroup.procs").read_text("ascii").split()) >= 2
    assert not any(folder.exists() for folder in folders)


@pytest.mark.slow
@pytest.mark.usefixtures("real")
def test_all_children_together_can_not_have_the_machines_memory(monkeypatch):
    """What one child may have alone is too much for the group: the system ends it, and the next one runs."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    monkeypatch.setattr(cgroups, "_SHARE", 600_000_000 / whole)
    greedy = "x = bytearray(800_000_000)\nx[::4096] = b'1' * len(x[::4096])"
    with Zygote() as zygote:
        assert run_notebook([greedy], zygote=zygote).state == "killed"
        assert run_notebook(["1"], zygote=zygote).state == "ok"


ASIDE = """
import os, sys, time
from pathlib import Path
from hocvuso.kernels import cgroups

controller = sys.argv[1]
cgroups._CONTROLLERS = (controller,)
cgroups._limits = lambda memory: {}
cgroups._mounted = lambda: {"": Path(sys.argv[2])}
child = os.fork()
if child == 0:
    time.sleep(60)
group = cgroups.Group.make()
assert group, "no group"
(made,) = group.folders
print(made.parent.name, Path("/proc/self/cgroup").read_text().split(":")[-1].strip().rpartition("/")[2])
print((made / "cgroup.controllers").read_text().strip())
again = cgroups.Group.make()
print(again.folders[0].parent == made.parent)
entered = group.entered_by(["/bin/cat", "/proc/self/cgroup"])
print(os.popen(" ".join(map(__import__("shlex").quote, entered))).read().count(made.name))
group.close(), again.close()
os.kill(child, 9)
print(list(made.parent.glob("hocvuso-runner-*")))
"""


@pytest.fixture
def real_v2() -> Iterator[tuple[str, Path, Path]]:
    """A real folder of version 2, delegated as systemd does it, with one of the controllers that are free here."""
    mounted = cgroups._mounted().get("")
    controllers = (mounted / "cgroup.controllers").read_text("ascii").split() if mounted else []
    if not controllers or not os.access(mounted, os.W_OK):
        pytest.skip("control groups of version 2 can't be written here")
    control = mounted / "cgroup.subtree_control"
    before = control.read_text("ascii").split()
    folder = mounted / f"hocvuso-test-{uuid.uuid4().hex}.service"
    try:
        control.write_text(f"+{controllers[0]}", encoding="ascii")
        folder.mkdir()
        os.setxattr(folder, "user.delegate", b"1")
    except OSError as error:
        pytest.skip(f"control groups of version 2 can't be made here: {error}")
    yield controllers[0], mounted, folder
    aside = folder / "hocvuso-grader" / "cgroup.procs"
    wait_for("the processes have ended", lambda: not aside.read_text("ascii"))
    for path in (folder / "hocvuso-grader", folder):
        path.rmdir()
    if controllers[0] not in before:
        control.write_text(f"-{controllers[0]}", encoding="ascii")


def test_a_service_makes_room_in_its_real_group(real_v2):
    """Its processes step aside, since a group with limits may have none beside it; a second runner finds the same."""
    controller, mounted, folder = real_v2
    command = 'echo 0 > "$1/cgroup.procs" && shift && exec "$@"'
    run = subprocess.run(
        ["/bin/sh", "-c", command, "sh", str(folder), sys.executable, "-c", ASIDE, controller, str(mounted)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [f"{folder.name} hocvuso-grader", controller, "True", "1", "[]"]
