"""Files that are there whole, or as they were before: also after a crash, a full disk or a power cut."""

from __future__ import annotations

import os
import stat
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
