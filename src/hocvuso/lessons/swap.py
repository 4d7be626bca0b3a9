"""Puts a whole folder in the place of another one, so that a crash at any moment leaves the old one or the new one."""

from __future__ import annotations

import ctypes
import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EXDEV}


def put_in_place(made: Path, target: Path, old: Path) -> None:
    """Let the folder ``made`` be ``target``; what was there is at ``old`` (or at ``made``) afterwards.

    All three lie on one file system. One step, where the file system can exchange two names; else two, with a moment
    in between in which only ``old`` is there. An OSError leaves things as they were.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        made.rename(target)
    elif not exchange(made, target):
        target.rename(old)
        try:
            made.rename(target)
        except OSError:
            old.rename(target)
            raise
    _sync(target.parent)


def exchange(one: Path, other: Path) -> bool:
    """Let two names change places in one step; False where kernel or file system does not offer it."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    if renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
