"""Who grades what: several graders of one course, also on several machines with a shared folder, never take the same.

A claim is a lock on one byte of one file that no learner can open. It ends with the process that holds it, however that
process ends. What is claimed is a learner's edition, not a submission: two submissions to it are written in turn.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import threading
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

_BUSY = {errno.EACCES, errno.EAGAIN}
_FLOCK = "hhqqi4x"  # the system's struct flock
_PLACES = 2**62  # two names that meet in one place wait for each other, nothing worse


class Claims:
    """The claims of one grader; a context manager, safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(folder / "claims.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        self._held: set[int] = set()
        self._guard = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._handle)

    def take(self, name: str) -> bool:
        """Claim ``name``; False when another grader, or this one, holds it already."""
        place = _place(name)
        with self._guard:
            if place in self._held or not self._lock(fcntl.F_WRLCK, place):
                return False
            self._held.add(place)
        return True

    def free(self, name: str) -> None:
        """Let others claim ``name``."""
        place = _place(name)
        with self._guard:
            if place in self._held:
                self._held.discard(place)
                self._lock(fcntl.F_UNLCK, place)

    def _lock(self, kind: int, place: int) -> bool:
        # of the open file, not of the process: it is not lost when some other part of the process closes the file
        wanted = struct.pack(_FLOCK, kind, os.SEEK_SET, place, 1, 0)
        try:
            fcntl.fcntl(self._handle, fcntl.F_OFD_SETLK, wanted)
        except OSError as error:
            if error.errno in _BUSY:
                return False
            raise
        return True


def find_claimed(folder: Path, names: Iterable[str]) -> set[str]:
    """Those of ``names`` that some grader holds now. Nothing is claimed and nobody is kept waiting by asking."""
    try:
        handle = os.open(folder / "claims.lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return set()
    try:
        return {name for name in names if _is_held(handle, _place(name))}
    finally:
        os.close(handle)


def _is_held(handle: int, place: int) -> bool:
    asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, place, 1, 0)
    told = fcntl.fcntl(handle, fcntl.F_OFD_GETLK, asked)
    return int(struct.unpack(_FLOCK, told)[0]) != fcntl.F_UNLCK


def _place(name: str) -> int:
    return int.from_bytes(sha256(os.fsencode(name)).digest()[:8], "big") % _PLACES
