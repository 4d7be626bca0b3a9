"""Files that are there whole, or as they were before: also after a crash, a full disk or a power cut."""

from __future__ import annotations

import fcntl
import os
import stat
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def replace_file(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Put ``content`` at ``path`` and bring it to the disk; OSError leaves what was there before.

    ``mode``: the new file's rights. Without it they are those of the file that it replaces, or what the process's mask
    leaves. Several may write at once: the last one stays.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    part.unlink(missing_ok=True)  # of a process that was killed and had our number
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode or 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            if mode is None and path.is_file():
                mode = stat.S_IMODE(path.stat().st_mode)
            if mode is not None:
                os.fchmod(handle, mode)
            file.write(content)
            file.flush()
            os.fsync(handle)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def place_once(path: Path, content: bytes, *, mode: int) -> None:
    """Put ``content`` at ``path`` unless something is there already; never a part of it.

    Of several who try at once one succeeds, and afterwards all find the same.
    """
    if path.exists():
        return
    with held(path.parent):  # always the same temporary name: what a killed process left is written over
        if path.exists():
            return
        part = path.with_name(f".{path.name}.part")
        part.unlink(missing_ok=True)
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb"
        ) as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold ``folder`` against everybody else who does so."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
