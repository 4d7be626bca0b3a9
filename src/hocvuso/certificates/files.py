"""Writes files whole or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from typing import TYPE_CHECKING

from hocvuso.errors import StorageError
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PUBLIC = 0o644
SECRET = 0o600
HOLDERS = 0o640  # names inside: for the issuer and for the site, by the folder's group


def write_part(path: Path, data: bytes, mode: int) -> Path:
    """``data`` safely on disk under a temporary name beside ``path``; ``finish`` makes it ``path``."""
    part = part_of(path)
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(N_("Không ghi được tệp {path}: {detail}"), path=path, detail=error) from error
    return part


def part_of(path: Path) -> Path:
    """The temporary name beside ``path``."""
    return path.with_name(f".{path.name}.part")


def finish(path: Path) -> None:
    """Give the part of ``path`` its name; whoever reads sees the old file or the new one."""
    part_of(path).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write(path: Path, data: bytes, mode: int) -> None:
    """Put ``data`` in place of ``path`` in one step."""
    write_part(path, data, mode)
    finish(path)


@contextmanager
def locked(path: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the lock ``path`` meanwhile; yields False at once if another holds it and ``wait`` is False."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            flock(file, LOCK_EX if wait else LOCK_EX | LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
