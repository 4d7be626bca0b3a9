"""Reads a handed-in folder that anyone may have prepared, and writes folders whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from shutil import rmtree
from typing import TYPE_CHECKING

from hocvuso.errors import SubmissionError
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 200
MAX_DEPTH = 5
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_folder(path: Path) -> dict[str, bytes]:
    """Every file below ``path`` by its relative name; SubmissionError for anything that no honest folder has.

    Links, pipes and devices are refused, not followed; so are too many files, too much text and deep trees.
    """
    files: dict[str, bytes] = {}
    try:
        with _opened(path, None) as handle:
            _read_into(files, handle, "", [MAX_BYTES], 1)
    except OSError as error:
        raise SubmissionError(N_("Không đọc được thư mục bài nộp: {why}."), why=error.strerror) from error
    return files


def write_folder(target: Path, files: Mapping[str, bytes], staging: Path) -> None:
    """Put ``files`` at ``target``: written to ``staging`` and to the disk first, then there by one rename.

    An OSError leaves neither. Who finds ``target`` finds all of it.
    """
    try:
        staging.mkdir(parents=True)
        for name, data in files.items():
            path = staging / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        _sync(staging)
        target.parent.mkdir(parents=True, exist_ok=True)
        staging.rename(target)
    except BaseException:
        rmtree(staging, ignore_errors=True)
        raise
    _sync(target.parent)


def replace_folder(target: Path, files: Mapping[str, bytes], staging: Path) -> None:
    """Put ``files`` in the place of the folder ``target``; a reader finds the old folder or the new one.

    Two renames: for a moment neither is there, never a mixture.
    """
    old = staging.with_name(staging.name + ".old")
    rmtree(old, ignore_errors=True)
    try:
        target.rename(old)
    except FileNotFoundError:
        write_folder(target, files, staging)
        return
    try:
        write_folder(target, files, staging)
    except BaseException:
        old.rename(target)
        raise
    rmtree(old, ignore_errors=True)


def _read_into(files: dict[str, bytes], folder: int, prefix: str, left: list[int], depth: int) -> None:
    for entry in sorted(os.listdir(folder)):
        name = prefix + entry
        if not _is_text(name):
            raise SubmissionError(N_("Bài nộp có tệp mang tên không đọc được."))
        with _opened(entry, folder, name) as handle:
            mode = os.fstat(handle).st_mode
            if stat.S_ISDIR(mode):
                if depth >= MAX_DEPTH:
                    raise SubmissionError(N_("Bài nộp có thư mục lồng nhau quá sâu."))
                _read_into(files, handle, name + "/", left, depth + 1)
            elif stat.S_ISREG(mode):
                files[name] = _read_all(handle, left)
            else:
                raise SubmissionError(N_("Bài nộp có thứ không phải là tệp: {name}."), name=name)
        if len(files) > MAX_FILES:
            raise SubmissionError(N_("Bài nộp có hơn {most} tệp."), most=MAX_FILES)


def _read_all(handle: int, left: list[int]) -> bytes:
    parts = []
    while data := os.read(handle, 1024 * 1024):
        left[0] -= len(data)
        if left[0] < 0:
            raise SubmissionError(N_("Bài nộp lớn hơn 10 MB."))
        parts.append(data)
    return b"".join(parts)


@contextmanager
def _opened(path: str | Path, folder: int | None, name: str = "") -> Iterator[int]:
    try:
        handle = os.open(path, _FLAGS, dir_fd=folder)
    except OSError as error:
        if folder is None:
            raise
        # a link (O_NOFOLLOW), a socket, a file without the right to read
        raise SubmissionError(N_("Bài nộp có thứ không phải là tệp: {name}."), name=name) from error
    try:
        yield handle
    finally:
        os.close(handle)


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return name.isprintable()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
