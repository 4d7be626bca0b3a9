"""A box for code that is not ours: bubblewrap's command line, composed in one place.

Inside the box there is the operating system's ``/usr``, this Python with its packages, a private ``/tmp`` and
what the caller names; nothing else of the machine. No network, no other process, no capability, no way up.
The course folder is never in it: a caller names single folders (a released edition), not the root.

`sandbox_command` is the whole of it for JupyterLab and kernels. What it does not do yet: it filters no system calls,
and bounds memory per process, not for the box as a whole. `zygote_command` opens a box in which
`hocvuso.kernels.isolate` opens further ones, one for each run of a learner's code: those do both.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import hocvuso
from hocvuso.errors import SandboxError
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NO_BOX = N_(
    "Máy này không mở được hộp cát (bubblewrap báo: {why}). "
    "Hãy cho phép không gian tên người dùng (user namespaces)."
)
HOME = "/tmp"  # noqa: S108  (the box's own tmpfs, not the machine's)
INSIDE_UID = 1000
SHADOW_PROC = "/run/no-proc"
SHELTER = Path("/run/below-tmp")
SHELF = "/run/shelf"
SHOWN = "/lesson"
NOTHING = "/run/nothing"
_ETC = ("ld.so.cache", "localtime", "fonts", "alternatives")
_OUR_ETC = Path(__file__).parent / "etc"
_ROOT_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_NAMELESS_UID = 65533  # between the numbers that systems give away and ``nobody``, who may own files
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What each process in the box may use at most. Seconds are CPU seconds, not time on the clock."""

    cpu_seconds: int
    memory_mb: int = 2048
    file_mb: int = 32
    scratch_mb: int = 64
    processes: int = 256
    open_files: int = 512


def find_bwrap() -> str:
    """The path of bubblewrap; SandboxError says what to install when it is missing."""
    found = shutil.which("bwrap")
    if not found:
        raise SandboxError(
            N_(
                "Máy này chưa có bubblewrap nên không chạy được mã lệnh của người học: hãy cài gói bubblewrap."
            )
        )
    return found


def find_prlimit() -> str:
    """The path of util-linux' ``prlimit``, which sets the limits inside the box."""
    return _find_utility("prlimit")


def find_setpriv() -> str:
    """The path of util-linux' ``setpriv``, which gives up root's rights."""
    return _find_utility("setpriv")


def _find_utility(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise SandboxError(
            N_(
                "Máy này chưa có lệnh {name} nên không chạy được mã lệnh của người học: hãy cài gói util-linux."
            ),
            name=name,
        )
    return found


def sandbox_command(  # noqa: PLR0913  (each is one opening of the box, named at the call)
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    limits: Limits,
    read_only: Iterable[Path] = (),
    writable: Iterable[Path] = (),
    cwd: str = HOME,
    network: bool = False,
) -> list[str]:
    """The command line that runs ``argv`` in the box.

    ``read_only`` and ``writable`` paths keep their names inside. The environment is exactly ``env``.
    """
    command = [find_bwrap(), *_isolation(network=network), *_system_files(limits)]
    for path in (*python_paths(), *read_only):
        command += ["--ro-bind", str(path), str(path)]
    for path in writable:
        command += ["--bind", str(path), str(path)]
    for name, value in env.items():
        command += ["--setenv", name, value]
    return [*command, "--chdir", cwd, "--", *_limited(argv, limits)]


def zygote_command(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    read_only: Sequence[Path] = (),
    shelf: Path | None = None,
    scratch_mb: int = 64,
) -> list[str]:
    """The command line that runs ``argv`` in a box in which it may open further boxes, one for each child.

    Everything but ``/tmp`` is read-only, there is no terminal and no limit: the children have limits. What stands
    at ``SHADOW_PROC`` is what a child sees instead of ``/proc``. Paths below ``/tmp``, where children mount something
    of their own, stand a second time in ``SHELTER``. ``shelf`` stands at ``SHELF``; a child sees ``NOTHING`` there, and
    at ``SHOWN`` the one folder of it that it is to have.
    """
    command = [find_bwrap(), *_isolation(network=False, nested=True), *_read_only_system()]
    command += ["--size", str(scratch_mb * _MB), "--tmpfs", HOME, "--dir", f"{HOME}/.shm"]
    for path in (*python_paths(), *read_only):
        command += ["--ro-bind", str(path), str(path)]
        if path.is_relative_to(HOME):
            command += ["--ro-bind", str(path), str(SHELTER / path.relative_to(HOME))]
    if shelf:
        command += ["--ro-bind", str(shelf), SHELF, "--dir", SHOWN, "--dir", NOTHING]
    command += ["--proc", "/proc", "--symlink", os.path.realpath(sys.executable), f"{SHADOW_PROC}/self/exe"]
    for name in ("null", "zero", "full", "random", "urandom"):
        command += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    command += ["--symlink", f"{HOME}/.shm", "/dev/shm", "--remount-ro", "/"]  # noqa: S108  (the box's own)
    for name, value in env.items():
        command += ["--setenv", name, value]
    command += ["--chdir", HOME, "--", *argv]
    seen = [*read_only, *([shelf] if shelf else [])]
    return [*_as_nobody(seen), *command] if os.geteuid() == 0 and _can_be_nobody() else command


def _as_nobody(read_only: Iterable[Path]) -> list[str]:
    """What root puts before a command so that a user without a name runs it, who owns nothing.

    A user namespace alone would still hold root's processes: no limit on their number counts for them, and outside
    it they would be root's. Folders that only root may enter are opened as far as the command needs them.
    """
    paths = (*python_paths(), *read_only)
    above = {parent for path in (Path("/etc/passwd"), *paths) for parent in path.parents} - {Path("/")}
    command = [find_bwrap(), "--dir", HOME]
    for folder in sorted(above):  # made by bubblewrap on its way, they would be root's alone
        command += ["--dir", str(folder)]
    command += [*_read_only_system(), "--dev-bind", "/dev", "/dev", "--bind", "/proc", "/proc"]
    for path in paths:
        command += ["--ro-bind", str(path), str(path)]
    for capability in ("CAP_SETUID", "CAP_SETGID"):
        command += ["--cap-add", capability]
    who = [f"--reuid={_NAMELESS_UID}", f"--regid={_NAMELESS_UID}", "--clear-groups"]
    return [*command, "--die-with-parent", "--", find_setpriv(), *who, "--inh-caps=-all", "--"]


def _can_be_nobody() -> bool:
    """Whether the number is known here: a container may have given root few numbers besides its own."""
    ranges = [line.split() for line in Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()]
    return any(int(first) <= _NAMELESS_UID < int(first) + int(count) for first, _, count in ranges)


def clean_env(**more: str) -> dict[str, str]:
    """The whole environment of a process in the box: nothing is taken over from ours but the time zone."""
    env = {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": HOME,
        "USER": "hocvien",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",  # one buffer per core would eat the address space on a large machine
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if os.environ.get("TZ"):
        env["TZ"] = os.environ["TZ"]
    return env | more


def probe() -> None:
    """Run ``true`` in a box; SandboxError says why this machine can't."""
    command = sandbox_command(["true"], env=clean_env(), limits=Limits(cpu_seconds=5))
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode != 0:
        raise SandboxError(NO_BOX, why=done.stderr.strip()[-300:] or done.returncode)


@cache
def python_paths() -> tuple[Path, ...]:
    """Where this Python, its packages and this package lie, without what ``/usr`` covers already."""
    real = Path(sys.executable).resolve().parent.parent
    wanted = (Path(sys.base_prefix), real, Path(sys.prefix), Path(hocvuso.__file__).resolve().parent)
    paths: list[Path] = []
    for path in wanted:
        if path not in paths and not path.is_relative_to("/usr") and path != Path("/"):
            paths.append(path)
    return tuple(paths)


def _isolation(*, network: bool, nested: bool = False) -> list[str]:
    options = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if not network:
        options.append("--unshare-net")
    if not nested and _can_disable_userns():
        options.append("--disable-userns")
    who = ["--uid", str(INSIDE_UID), "--gid", str(INSIDE_UID), "--hostname", "hocvuso"]
    return [*options, *who, "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]


def _read_only_system() -> list[str]:
    options = ["--ro-bind", "/usr", "/usr"]
    for name in _ROOT_LINKS:
        path = Path("/", name)
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    for name in _ETC:
        options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for name in ("passwd", "group"):
        options += ["--ro-bind", str(_OUR_ETC / name), f"/etc/{name}"]
    return options


def _system_files(limits: Limits) -> list[str]:
    return [
        *_read_only_system(),
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--size",
        str(limits.scratch_mb * _MB),
        "--tmpfs",
        HOME,
    ]


def _limited(argv: Sequence[str], limits: Limits) -> list[str]:
    return [
        find_prlimit(),
        f"--cpu={limits.cpu_seconds}",
        f"--as={limits.memory_mb * _MB}",
        f"--fsize={limits.file_mb * _MB}",
        f"--nproc={limits.processes}",
        f"--nofile={limits.open_files}",
        "--core=0",
        "--",
        *argv,
    ]


@cache
def _can_disable_userns() -> bool:
    """Whether this bubblewrap can forbid further user namespaces inside (0.8 and later)."""
    told = subprocess.run([find_bwrap(), "--help"], capture_output=True, text=True, check=False)
    return "--disable-userns" in told.stdout
