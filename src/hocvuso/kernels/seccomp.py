"""A filter of system calls for code that is not ours, assembled here for x86_64 and aarch64.

What ordinary programs need stays open; refused are: new namespaces and mounts, looking into other processes, keys,
BPF, handles of files, io_uring, the machine's administration, sockets other than unix ones, memory that no limit
counts (System V shared memory, memfd), and every call that is newer than this list. A refusal is an errno, so that
programs fall back or fail with a message. A process that speaks another architecture's numbers is killed.

The program is classic BPF over `struct seccomp_data` (Linux, Documentation/userspace-api/seccomp_filter.rst): the
call's number at offset 0, the architecture at 4, the arguments (64 bits each, low word first here) from 16 on.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import struct
from dataclasses import dataclass

_LOAD, _JUMP, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_FAR = 255  # the longest conditional jump
_X32 = 0x40000000
_NEW_NAMESPACE = 0x7E020000  # every CLONE_NEW… that clone takes
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_FIRST_NEW = 424  # from here on numbers are the same on every architecture
_NEW_BUT_HARMLESS = {
    "pidfd_send_signal": 424,
    "pidfd_open": 434,
    "close_range": 436,
    "openat2": 437,
    "faccessat2": 439,
    "epoll_pwait2": 441,
    "futex_waitv": 449,
    "fchmodat2": 452,
    "futex_wake": 454,
    "futex_wait": 455,
    "futex_requeue": 456,
}

# name: (x86_64, aarch64); None where the architecture has no such call
_FORBIDDEN: dict[str, tuple[int | None, int | None]] = {
    # namespaces and mounts
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # the kernel's own machinery
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "seccomp": (317, 277),
    "personality": (135, 92),
    "lookup_dcookie": (212, 18),
    "remap_file_pages": (216, 234),
    "vmsplice": (278, 75),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    # files behind the tree's back
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    # the machine's administration
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "vhangup": (153, 58),
}
# refused as unknown, so that programs take their other way: memory and queues that no limit counts, and relics
_ABSENT: dict[str, tuple[int | None, int | None]] = {
    "memfd_create": (319, 279),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmdt": (67, 197),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "_sysctl": (156, None),
    "nfsservctl": (180, 42),
}
_CLONE = (56, 220)
_SOCKETS = ((41, 198), (53, 199))  # socket, socketpair


@dataclass(frozen=True, slots=True)
class _Architecture:
    column: int
    audit: int


_ARCHITECTURES = {"x86_64": _Architecture(0, 0xC000003E), "aarch64": _Architecture(1, 0xC00000B7)}


def has_filter(machine: str = platform.machine()) -> bool:
    """Whether there is a filter for this architecture."""
    return machine in _ARCHITECTURES


def assemble(machine: str = platform.machine()) -> bytes:
    """The filter's program for ``machine``, as the kernel takes it; KeyError for an unknown architecture."""
    architecture = _ARCHITECTURES[machine]
    leaves: dict[int, bytes] = {}
    for table, code in ((_FORBIDDEN, errno.EPERM), (_ABSENT, errno.ENOSYS)):
        for numbers in table.values():
            number = numbers[architecture.column]
            if number is not None:
                leaves[number] = _refuse(code)
    leaves[_CLONE[architecture.column]] = _refuse_namespaces()
    for numbers in _SOCKETS:
        leaves[numbers[architecture.column]] = _refuse_other_families()
    for number in range(_FIRST_NEW, max(_NEW_BUT_HARMLESS.values()) + 1):
        if number not in _NEW_BUT_HARMLESS.values():
            leaves[number] = _refuse(errno.ENOSYS)
    newest = max(_NEW_BUT_HARMLESS.values()) + 1
    check = _op(_LOAD, _ARCH) + _op(_EQUAL, architecture.audit, 1, 0) + _op(_RETURN, _KILL)
    return check + _op(_LOAD, _NUMBER) + _tree(_ranges(leaves, newest))


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


class Filter:
    """An assembled filter. Made before a fork, so that the child only has to install it."""

    def __init__(self) -> None:
        code = assemble()
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = _Program(len(code) // 8, ctypes.addressof(self._code))
        self._libc = ctypes.CDLL(None, use_errno=True)

    def install(self) -> None:
        """From now on, and for ever, this process and its children are bound; no program gives them new rights."""
        pointer = ctypes.c_ulong(ctypes.addressof(self._program))
        zero, one = ctypes.c_ulong(0), ctypes.c_ulong(1)
        for option, first, second in (
            (_SET_NO_NEW_PRIVS, one, zero),
            (_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), pointer),
        ):
            if self._libc.prctl(option, first, second, zero, zero) != 0:
                code = ctypes.get_errno()
                raise OSError(code, f"seccomp: {os.strerror(code)}")


def _op(code: int, k: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, k)


def _refuse(code: int) -> bytes:
    return _op(_RETURN, _ERRNO | code)


def _refuse_namespaces() -> bytes:
    check = _op(_LOAD, _FIRST_ARGUMENT) + _op(_ANY_BIT, _NEW_NAMESPACE, 0, 1)
    return check + _refuse(errno.EPERM) + _op(_RETURN, _ALLOW)


def _refuse_other_families() -> bytes:
    check = _op(_LOAD, _FIRST_ARGUMENT) + _op(_EQUAL, socket.AF_UNIX, 1, 0)
    return check + _refuse(errno.EPERM) + _op(_RETURN, _ALLOW)


def _ranges(leaves: dict[int, bytes], newest: int) -> list[tuple[int, bytes]]:
    """Where each stretch of numbers with the same answer begins; allowed unless a leaf says otherwise."""
    ranges = [(0, _op(_RETURN, _ALLOW))]
    for number in range(newest):
        answer = leaves.get(number, _op(_RETURN, _ALLOW))
        if answer != ranges[-1][1]:
            ranges.append((number, answer))
    return [*ranges, (newest, _refuse(errno.ENOSYS)), (_X32, _op(_RETURN, _KILL))]


def _tree(ranges: list[tuple[int, bytes]]) -> bytes:
    """A balanced tree of comparisons, so that every call is decided in a few steps."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    low, high = _tree(ranges[:middle]), _tree(ranges[middle:])
    skip, start = len(low) // 8, ranges[middle][0]
    if skip <= _FAR:
        return _op(_AT_LEAST, start, skip, 0) + low + high
    return _op(_AT_LEAST, start, 0, 1) + _op(_JUMP, skip) + low + high
