"""What a child does between its fork and its entry function: it shuts itself in.

An isolated child is made by one call, clone, with every namespace at once: it is the first process of its own
process namespace, so that its end is the end of all that it started, and there is one fork to pay for, not two.
Then it maps its user, covers ``/tmp`` with a small private file system and ``/proc`` with next to nothing (its
user number is the zygote's: through ``/proc`` it could read the memory of others), closes what it wasn't given,
takes its limits, drops every capability and installs the filter of `hocvuso.kernels.seccomp`. In this order: each
step needs a right that a later one gives up.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import resource
import signal
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hocvuso.kernels.sandbox import HOME, INSIDE_UID, NOTHING, SHADOW_PROC, SHELF, SHELTER, SHOWN
from hocvuso.kernels.seccomp import Filter, has_filter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MB = 1024 * 1024
_NAMESPACES = 0x10000000 | 0x20000000 | 0x00020000 | 0x40000000 | 0x08000000 | 0x04000000 | 0x02000000
#             user         process      mounts       network      IPC          host name    cgroup
_SET_TID, _CLEAR_TID = 0x01000000, 0x00200000
_CLONE = {"x86_64": 56, "aarch64": 220}
_PR_DEATH_SIGNAL, _PR_DUMPABLE, _PR_DROP_BOUND, _PR_SUBREAPER, _PR_TID_ADDRESS = 1, 4, 24, 36, 40
_NO_SUID, _NO_DEVICES, _BIND = 2, 4, 0x1000
_LARGE, _MADV_COLLAPSE = 2 * 1024 * 1024, 25
_COUNTS_PER_NAMESPACE = (5, 14)  # from this Linux on RLIMIT_NPROC counts within a user namespace
_INODES_PER_MB = 256
_FIRST_FD = 3
_POLITE = 10  # so that the zygote and the grader come first, whatever a child starts
_OUT_OF_THE_WAY = 200

_libc = ctypes.PyDLL(None, use_errno=True)  # PyDLL: the interpreter stays locked, as a fork needs it
_libc.prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
_libc.mount.argtypes = (*[ctypes.c_char_p] * 3, ctypes.c_ulong, ctypes.c_char_p)
_python = ctypes.pythonapi
_CAPABILITIES_HEADER = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
_NO_CAPABILITIES = (ctypes.c_uint32 * 6)()
_SAME_USER = b"%d %d 1" % (INSIDE_UID, INSIDE_UID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a child is to stand, and within which limits (`hocvuso.kernels.zygote.ChildLimits`, as a dict).

    ``folder`` is its own folder; an isolated child in a box has it on a file system of its own. ``shown`` is the one
    folder of the box's shelf, by its name there, that such a child sees: it starts in it.
    """

    isolated: bool
    protected: bool
    folder: str
    limits: Mapping[str, Any]
    shown: str | None = None

    @property
    def walled(self) -> bool:
        """Whether the child gets namespaces of its own."""
        return self.isolated and self.protected


class Forker:
    """Makes children. Built before the first one, so that what this machine lacks is found out at once.

    ``sheltered``: what the box shows below ``/tmp``. ``shelf``: whether it has one.
    """

    def __init__(self, *, protected: bool, sheltered: Sequence[Path] = (), shelf: bool = False) -> None:
        self._shelf = shelf
        self._sheltered = [(bytes(SHELTER / path.relative_to(HOME)), bytes(path)) for path in sheltered]
        self._tid_address = _tid_address() if protected else 0
        self._filter = Filter() if protected or has_filter() else None

    def fork(self, place: Place) -> int:
        """Fork into ``place``'s namespaces; 0 in the child. OSError when the system refuses."""
        if not place.walled:
            return os.fork()
        flags = _NAMESPACES | _SET_TID | _CLEAR_TID | signal.SIGCHLD
        # the C library keeps a thread's number in memory; without this the child would have its parent's
        tid = ctypes.c_void_p(self._tid_address)
        last = (tid, None) if platform.machine() == "x86_64" else (None, tid)
        _python.PyOS_BeforeFork()
        pid = int(
            _libc.syscall(ctypes.c_long(_CLONE[platform.machine()]), ctypes.c_long(flags), None, None, *last)
        )
        code = ctypes.get_errno()
        if pid == 0:
            _python.PyOS_AfterFork_Child()
            return 0
        _python.PyOS_AfterFork_Parent()
        if pid < 0:
            raise OSError(code, f"clone: {os.strerror(code)}")
        return pid

    def enter(self, place: Place, fds: Sequence[int], keep: int) -> tuple[list[int], int]:
        """In the child: take the place. The numbers of ``fds`` and ``keep`` here; no other is open."""
        _check(_libc.prctl(_PR_DEATH_SIGNAL, 9, 0, 0, 0), "prctl")
        os.setsid()  # where the system shares time among sessions, all that the child starts is one of them
        if place.isolated:
            os.nice(_POLITE)
        if place.walled:
            _map_user()
            _own_files(place.limits["scratch_mb"], self._sheltered)
            if self._shelf:
                _take_from_shelf(place.shown)
        _settle(place.folder)
        if place.shown:
            os.chdir(SHOWN)
        if not place.walled:
            os.environ["HOME"] = place.folder
        *passed, keep = _keep_only([*fds, keep])
        _stream_nowhere(1 if not place.isolated else 2)
        _reseed()
        _limit(place)
        if not place.isolated:  # its memory holds what learners must not see
            _check(_libc.prctl(_PR_DUMPABLE, 0, 0, 0, 0), "prctl")
        if place.walled:
            _drop_capabilities()
        if self._filter:
            self._filter.install()
        return passed, keep


def use_large_pages() -> None:
    """Gather what this process has in memory into large pages, which a fork copies 512 times faster than small ones.

    Where the kernel can't (before Linux 6.1), everything stays as it is.
    """
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        addresses, rights, _, _, node, *name = line.split(maxsplit=5)
        if rights != "rw-p" or node != "0" or name not in ([], ["[heap]"]):
            continue
        first, end = (int(address, 16) for address in addresses.split("-"))
        first, end = -(-first // _LARGE) * _LARGE, end // _LARGE * _LARGE
        if first < end:
            _libc.madvise(ctypes.c_void_p(first), ctypes.c_size_t(end - first), _MADV_COLLAPSE)


def settle_zygote() -> None:
    """What every child would do alike is done once, by the zygote: in a child each step copies pages."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.umask(0o022)
    _check(_libc.prctl(_PR_SUBREAPER, 1, 0, 0, 0), "prctl")
    os.environ.pop("PWD", None)


def _check(result: int, what: str) -> None:
    """A call of the C library must succeed."""
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def _write(path: str, text: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, text)
    os.close(descriptor)


def _tid_address() -> int:
    """Where the C library keeps the main thread's number; the kernel was told at the start of the process."""
    found = ctypes.c_void_p()
    if platform.machine() not in _CLONE:
        raise OSError(f"no filter of system calls for {platform.machine()}")
    _check(_libc.prctl(_PR_TID_ADDRESS, ctypes.addressof(found), 0, 0, 0), "prctl")
    if not found.value or ctypes.c_int.from_address(found.value).value != os.getpid():
        raise OSError("the C library keeps the thread's number at an unknown place")
    return found.value


def _map_user() -> None:
    """Be the same user as the zygote's, and nobody else."""
    _write("/proc/self/setgroups", b"deny")
    _write("/proc/self/uid_map", _SAME_USER)
    _write("/proc/self/gid_map", _SAME_USER)
    _write("/proc/self/oom_score_adj", b"1000")  # when the machine runs out of memory, this one goes first


def _mount(source: bytes, target: bytes, kind: bytes | None, flags: int, options: bytes | None) -> None:
    _check(_libc.mount(source, target, kind, flags, options), "mount")


def _own_files(scratch_mb: int, sheltered: Sequence[tuple[bytes, bytes]]) -> None:
    """Nothing is writable but a small file system that ends with the child; ``/proc`` is covered."""
    size = b"size=%d,nr_inodes=%d,mode=700" % (scratch_mb * _MB, scratch_mb * _INODES_PER_MB)
    _mount(b"tmpfs", HOME.encode(), b"tmpfs", _NO_SUID | _NO_DEVICES, size)
    os.mkdir(f"{HOME}/.shm")  # noqa: PTH102  (few pages are touched this way)
    for source, target in sheltered:
        os.makedirs(target)  # noqa: PTH103
        _mount(source, target, None, _BIND, None)
    _mount(SHADOW_PROC.encode(), b"/proc", None, _BIND, None)


def _take_from_shelf(shown: str | None) -> None:
    """See one folder of the shelf, or none, and nothing of the others."""
    if shown:
        _mount(f"{SHELF}/{shown}".encode(), SHOWN.encode(), None, _BIND, None)
    _mount(NOTHING.encode(), SHELF.encode(), None, _BIND, None)


def _settle(folder: str) -> None:
    os.mkdir(folder, 0o700)  # noqa: PTH102
    os.chdir(folder)


def _keep_only(fds: Sequence[int]) -> list[int]:
    """Move ``fds`` to 3, 4, …; close everything else but the standard streams."""
    aside = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY) for descriptor in fds]
    kept = [
        os.dup2(descriptor, number, inheritable=False) for number, descriptor in enumerate(aside, _FIRST_FD)
    ]
    os.closerange(_FIRST_FD + len(kept), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    return kept


def _stream_nowhere(last: int) -> None:
    """Standard input is empty, output up to descriptor ``last`` goes nowhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(last + 1):
        os.dup2(nothing, descriptor)
    os.close(nothing)


def _reseed() -> None:
    """Chance of its own; Python's `random` has seen to itself at the fork."""
    numpy_random = sys.modules.get("numpy.random")  # imported later, it begins with chance of its own
    if numpy_random:
        numpy_random.seed(list(struct.unpack("<8I", os.urandom(32))))


def _limit(place: Place) -> None:
    """What the system itself holds the child to.

    CPU time is decided by `hocvuso.kernels.supervise`, which has an exact clock; the system's limit on it goes by
    clock ticks, is some way off on a busy machine, and therefore stands higher.
    """
    limits = place.limits
    wanted = {
        resource.RLIMIT_CPU: 1 + limits["cpu_seconds"] * 5 // 4,
        resource.RLIMIT_AS: limits["memory_mb"] * _MB,
        resource.RLIMIT_FSIZE: limits["file_mb"] * _MB,
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: _MB,
    }
    if place.walled and _linux() >= _COUNTS_PER_NAMESPACE:
        wanted[resource.RLIMIT_NPROC] = limits["processes"]
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (most, most))


def _linux() -> tuple[int, ...]:
    return tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2])


def _drop_capabilities() -> None:
    capability = 0
    while (
        _libc.prctl(_PR_DROP_BOUND, capability, 0, 0, 0) == 0
    ):  # until a number that the kernel doesn't know
        capability += 1
    _check(_libc.capset(_CAPABILITIES_HEADER, _NO_CAPABILITIES), "capset")
