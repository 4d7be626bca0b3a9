"""A control group for a zygote and everything that it starts, on machines that let us make one.

The limits of single children are counted by `hocvuso.kernels.supervise`, a few times a second. A group bounds all of
them together, at once and by the system: whatever learner code does, the rest of the machine keeps memory and process
numbers.

Version 2 is used where a service manager delegates its groups (systemd: ``Delegate=yes``), version 1 where its folders
may be written. Elsewhere there is no group, and everything works without.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

_NAME = "hocvuso-runner-"
_ASIDE = "hocvuso-grader"
_SHARE = 0.75  # of the machine's memory, for all children together
_PROCESSES = 4096
_CONTROLLERS = ("memory", "pids")
_TRIES = 500  # a hundredth of a second each; on a busy machine the last process takes long to leave
_NEW = 60  # seconds in which a group may still be waiting for its first process


class Group:
    """The group; None from `make` where there can't be one. `close` it once its processes have ended."""

    def __init__(self, folders: list[Path]) -> None:
        self.folders = folders

    @classmethod
    def make(cls) -> Group | None:
        """A new group with its limits; groups that were left over are removed."""
        made: list[Path] = []
        try:
            for parent, limits in _parents():
                for left in parent.glob(_NAME + "*"):
                    with contextlib.suppress(OSError):  # in use
                        if time.time() - left.stat().st_mtime > _NEW:
                            left.rmdir()
                folder = parent / f"{_NAME}{os.getpid()}-{os.urandom(3).hex()}"
                folder.mkdir()
                made.append(folder)
                for name, value in limits.items():
                    (folder / name).write_text(str(value), encoding="ascii")
        except OSError:
            cls(made).close()
            return None
        return cls(made) if made else None

    def entered_by(self, argv: list[str]) -> list[str]:
        """``argv`` as a command that enters the group before it runs; it runs, too, where that fails."""
        enter = "".join('{ echo 0 > "$1/cgroup.procs"; } 2>/dev/null; shift; ' for _ in self.folders)
        return ["/bin/sh", "-c", f'{enter}exec "$@"', "sh", *map(str, self.folders), *argv]

    def close(self) -> None:
        """Remove the group; the next `make` removes it when a process is still leaving it."""
        for folder in self.folders:
            for _ in range(_TRIES):
                with contextlib.suppress(FileNotFoundError):
                    try:
                        folder.rmdir()
                    except OSError:
                        time.sleep(0.01)
                        continue
                break


def _parents() -> list[tuple[Path, dict[str, int]]]:
    """The folders in which a group can be made, and its limits in each; none where that isn't allowed."""
    memory = int(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * _SHARE)
    mounted = _mounted()
    own = _own_paths()
    if "" in mounted and "" in own:
        here = mounted[""] / own[""].lstrip("/")
        if _is_delegated(here):
            _step_aside(here)
        for parent in (here, here.parent):
            if parent.is_relative_to(mounted[""]) and _has_controllers(parent):
                return [(parent, _limits(memory))]
    limits = {"memory": {"memory.limit_in_bytes": memory}, "pids": {"pids.max": _PROCESSES}}
    if all(name in mounted and name in own for name in _CONTROLLERS):
        folders = [mounted[name] / own[name].lstrip("/") for name in _CONTROLLERS]
        if all(map(_is_ours, folders)):
            return [(folder, limits[name]) for folder, name in zip(folders, _CONTROLLERS, strict=True)]
    return []


def _limits(memory: int) -> dict[str, int]:
    return {"memory.max": memory, "pids.max": _PROCESSES}


def _is_delegated(folder: Path) -> bool:
    """Whether systemd says that everything below this group is its service's own."""
    try:
        return os.getxattr(folder, "user.delegate") == b"1"
    except OSError:
        return False


def _step_aside(folder: Path) -> None:
    """Move our service's processes into a group below theirs: version 2 has no limits beside processes."""
    with contextlib.suppress(OSError):
        aside = folder / _ASIDE
        aside.mkdir(exist_ok=True)
        for pid in (folder / "cgroup.procs").read_text("ascii").split():
            with contextlib.suppress(ProcessLookupError):
                (aside / "cgroup.procs").write_text(pid, encoding="ascii")


def _has_controllers(parent: Path) -> bool:
    """Whether a group of version 2 in ``parent`` would have our controllers."""
    try:
        if not set(_CONTROLLERS) <= set((parent / "cgroup.controllers").read_text("ascii").split()):
            return False
        if not _is_ours(parent):
            return False
        control = parent / "cgroup.subtree_control"
        if not set(_CONTROLLERS) <= set(control.read_text("ascii").split()):
            control.write_text(" ".join(f"+{name}" for name in _CONTROLLERS), encoding="ascii")
    except OSError:  # not ours, or there are processes in it
        return False
    return True


def _is_ours(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)


def _mounted() -> dict[str, Path]:
    """Where each controller of version 1 is mounted, and under "" version 2."""
    found: dict[str, Path] = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/mounts").read_text("utf-8").splitlines():
            _, place, kind, options, *_ = line.split()
            if kind == "cgroup2":
                found[""] = Path(place)
            elif kind == "cgroup":
                found |= dict.fromkeys(set(options.split(",")) & set(_CONTROLLERS), Path(place))
    return found


def _own_paths() -> dict[str, str]:
    """The group that this process is in, by controller; under "" in version 2."""
    found: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            found |= dict.fromkeys(controllers.split(","), path)
    return found
