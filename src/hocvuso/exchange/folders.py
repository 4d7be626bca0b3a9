"""Reads a handed-in folder that anyone may have prepared, and writes folders whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from hashlib import sha256
from shutil import rmtree
from typing import TYPE_CHECKING

from hocvuso.errors import StorageError, SubmissionError
from hocvuso.language import N_
from hocvuso.lessons.swap import put_in_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 200
MAX_DEPTH = 5
TOO_LARGE = N_("Tệp {name} lớn hơn {most} MB: hãy xóa bớt kết quả đã chạy, lưu lại rồi nộp lại.")
_NO_FILE = N_("Bài nộp có mục không phải là tệp thường (ví dụ liên kết): {name}.")
_REMOVED = ".removed-"
_THEIRS = {errno.ELOOP, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.ENXIO, errno.ENODEV}
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def opened(root: Path, *names: str) -> Iterator[int]:
    """A handle on the folder ``root/names…``. None of ``names`` may be a link, also not by a swap meanwhile.

    Raises OSError when one is, or is missing.
    """
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in names:
            inner = os.open(name, _FLAGS | os.O_DIRECTORY, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def read_folder(root: Path, *names: str) -> dict[str, bytes]:
    """Every file below ``root/names…`` by its relative name; SubmissionError for what no honest folder has.

    Links, pipes and devices are refused, not followed; so are too many files, too much text and deep trees.
    StorageError when it changes meanwhile, OSError when the machine fails: then nothing is wrong with the
    submission, and a later look will do.
    """
    return read_owned(root, *names)[0]


def read_file(root: Path, *names: str, most: int) -> bytes:
    """The one file ``root/names…``, of at most ``most`` bytes; no link on the way to it is followed.

    FileNotFoundError when there is none; SubmissionError when it is no plain file or too large.
    """
    name = names[-1]
    try:
        with opened(root, *names[:-1]) as folder:
            os.stat(name, dir_fd=folder, follow_symlinks=False)
            with _opened(name, folder, name) as handle:
                found = os.fstat(handle)
                if not stat.S_ISREG(found.st_mode):
                    raise SubmissionError(_NO_FILE, name=name)
                if found.st_size > most:
                    raise SubmissionError(TOO_LARGE, name=name, most=most // 1024 // 1024)
                return _read_all(handle, found, [most])
    except OSError as error:
        if not is_theirs(error):
            raise
        raise SubmissionError(_NO_FILE, name=name) from error


def read_owned(root: Path, *names: str) -> tuple[dict[str, bytes], set[int]]:
    """As `read_folder`, with the users to whom the folder and everything in it belong: who may change it later."""
    files: dict[str, bytes] = {}
    owners: set[int] = set()
    try:
        with opened(root, *names) as handle:
            owners.add(os.fstat(handle).st_uid)
            _read_into(files, owners, handle, "", [MAX_BYTES], 1)
    except OSError as error:
        if not is_theirs(error):
            raise
        raise SubmissionError(N_("Không đọc được thư mục bài nộp: {why}."), why=error.strerror) from error
    return files, owners


def list_folders(root: Path, *names: str) -> list[str]:
    """The names of the folders in ``root/names…``, sorted, without links and hidden ones."""
    with opened(root, *names) as handle, os.scandir(handle) as entries:
        found = [e.name for e in entries if e.is_dir(follow_symlinks=False)]
    return sorted(name for name in found if not name.startswith("."))


def remove_folder(root: Path, *names: str) -> None:
    """Remove the folder ``root/names…`` as far as its rights allow; nothing outside it, whatever links are in it.

    It is gone at once for who looks; what a crash leaves of it under another name `sweep_folder` removes.
    """
    with suppress(OSError), opened(root, *names[:-1]) as handle:
        name = names[-1]
        hidden = _REMOVED + sha256(os.fsencode(name)).hexdigest()
        with suppress(OSError):  # something of that name may stand there
            os.rename(name, hidden, src_dir_fd=handle, dst_dir_fd=handle)
            name = hidden
        rmtree(name, ignore_errors=True, dir_fd=handle)


def sweep_folder(root: Path, *names: str) -> None:
    """Finish the removals in ``root/names…`` that a crash cut off."""
    with suppress(OSError), opened(root, *names) as handle:
        for name in os.listdir(handle):  # noqa: PTH208  (a handle)
            if name.startswith(_REMOVED):
                rmtree(name, ignore_errors=True, dir_fd=handle)


def write_folder(
    target: Path, files: Mapping[str, bytes], staging: Path, *, group_may_remove: bool = False
) -> None:
    """Put ``files`` at ``target``: written to ``staging`` and to the disk first, then there by one rename.

    An OSError leaves neither. Who finds ``target`` finds all of it. ``group_may_remove`` lets the folder's group
    take it away again, whatever the umask.
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
        if (
            group_may_remove
        ):  # last: for one who is not in the group it clears the bit that hands the group down
            staging.chmod(stat.S_IMODE(staging.stat().st_mode) | stat.S_IRWXG)
        _sync(staging)
        target.parent.mkdir(parents=True, exist_ok=True)
        staging.rename(target)
    except BaseException:
        rmtree(staging, ignore_errors=True)
        raise
    _sync(target.parent)


def replace_folder(target: Path, files: Mapping[str, bytes], staging: Path) -> None:
    """Put ``files`` in the place of the folder ``target``; a reader finds the old folder or the new one."""
    made, old = staging / "new", staging / "old"
    try:
        write_folder(made, files, staging / "part")
        put_in_place(made, target, old)
    finally:
        rmtree(staging, ignore_errors=True)


def is_theirs(error: OSError) -> bool:
    """Whether the folder's owner brought ``error`` about (a link, a missing right) and not the machine."""
    return error.errno in _THEIRS


def _read_into(  # noqa: PLR0913, PLR0917  (what has been found so far, and what is left of the bounds)
    files: dict[str, bytes], owners: set[int], folder: int, prefix: str, left: list[int], depth: int
) -> None:
    entries = sorted(os.listdir(folder))
    for entry in entries:
        name = prefix + entry
        if not _is_text(name):
            raise SubmissionError(N_("Bài nộp có tệp mang tên không đọc được: hãy đổi tên tệp."))
        with _opened(entry, folder, name) as handle:
            found = os.fstat(handle)
            owners.add(found.st_uid)
            if stat.S_ISDIR(found.st_mode):
                if depth >= MAX_DEPTH:
                    raise SubmissionError(N_("Bài nộp có thư mục lồng nhau quá sâu: hãy bỏ bớt thư mục."))
                _read_into(files, owners, handle, name + "/", left, depth + 1)
            elif stat.S_ISREG(found.st_mode):
                files[name] = _read_all(handle, found, left)
            else:
                raise SubmissionError(_NO_FILE, name=name)
        if len(files) > MAX_FILES:
            raise SubmissionError(N_("Bài nộp có hơn {most} tệp: hãy bỏ bớt tệp."), most=MAX_FILES)
    if sorted(os.listdir(folder)) != entries:
        raise _changing()


def _read_all(handle: int, before: os.stat_result, left: list[int]) -> bytes:
    parts = []
    while data := os.read(handle, 1024 * 1024):
        left[0] -= len(data)
        if left[0] < 0:
            raise SubmissionError(N_("Bài nộp lớn hơn 10 MB: hãy bỏ bớt tệp lớn."))
        parts.append(data)
    if _version(os.fstat(handle)) != _version(before):
        raise _changing()
    return b"".join(parts)


def _version(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _changing() -> StorageError:
    return StorageError(N_("Bài nộp thay đổi trong lúc đọc; bài vẫn chờ và sẽ được đọc lại."))


@contextmanager
def _opened(entry: str, folder: int, name: str) -> Iterator[int]:
    try:
        handle = os.open(entry, _FLAGS, dir_fd=folder)
    except FileNotFoundError as error:
        raise _changing() from error
    except OSError as error:  # a link (O_NOFOLLOW), a socket, a file without the right to read
        if not is_theirs(error):
            raise
        raise SubmissionError(_NO_FILE, name=name) from error
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
