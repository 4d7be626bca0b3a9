"""Writes the many small files of a batch: each whole or not at all, and all of them on the disk by one or two calls.

To wait for the disk after every file would take longer than everything else. So nothing here waits; `sync` does, once
for a batch, and only then are its submissions cleared away. After a loss of power before that they are graded again.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import itertools
import os
import re
import stat
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

from hocvuso.lessons.swap import exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

STAGING = ".staging"  # no learner's folder begins with a dot
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_EXISTS = {errno.ENOTEMPTY, errno.EEXIST}


def write_file(path: str | Path, content: bytes) -> None:
    """Put ``content`` at ``path``: what was there before, or all of it. For the only process that writes there."""
    part = _draft(path, content)
    try:
        os.rename(part, path)  # noqa: PTH104
    except BaseException:
        with suppress(OSError):
            os.unlink(part)  # noqa: PTH108
        raise


def overwrite_file(path: str | Path, content: bytes) -> None:
    """Write ``content`` over the file at ``path``: several times cheaper than `write_file`, which makes a new one.

    Whoever reads at that moment may see half of each, and so does everybody after a crash. So it is for files that
    only trainers read, and for work that is done again when it was cut off.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:  # none there, or a link
        write_file(path, content)
        return
    try:
        found = os.fstat(handle)
        alone = stat.S_ISREG(found.st_mode) and found.st_nlink == 1  # else somebody keeps a copy by a link
        if alone:
            if len(content) > found.st_size:
                os.posix_fallocate(handle, 0, len(content))  # a full disk is told before anything has changed
            written = os.write(handle, content)
            while written < len(content):
                written += os.write(handle, content[written:])
            os.ftruncate(handle, len(content))
    finally:
        os.close(handle)
    if not alone:
        write_file(path, content)


class Drafts:
    """Files that are written beside their places first, and put there together.

    Between the two they can be brought to the disk: to replace a file by one that is not there yet, file systems wait
    for the disk each time.
    """

    def __init__(self) -> None:
        self._parts: dict[str, str] = {}

    def put(self, path: str | Path, content: bytes) -> None:
        """Let ``content`` be at ``path`` after the next `publish`."""
        self._parts[str(path)] = _draft(path, content)

    def publish(self, each: Callable[..., Iterable[None]] = map) -> None:
        """Put everything in its place; what was there before is replaced. ``each`` is `map`, or works as it does."""
        parts, self._parts = self._parts, {}
        for _ in each(os.rename, parts.values(), parts.keys()):
            pass


def _draft(path: str | Path, content: bytes) -> str:
    """Write ``content`` beside ``path``.

    The temporary name is always the same, so that what a killed process left is gone after the next write.
    """
    folder, _, name = str(path).rpartition("/")
    part = f"{folder}/.{name}.part"
    try:
        _write_new(part, content, 0o644)
    except FileNotFoundError:
        _make_folder(folder)
        _write_new(part, content, 0o644)
    except FileExistsError:
        os.unlink(part)  # noqa: PTH108  (a text already)
        _write_new(part, content, 0o644)
    return part


def _make_folder(folder: str) -> None:
    try:
        os.mkdir(folder)  # noqa: PTH102  (nearly always the only one that is missing)
    except FileExistsError:
        pass
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103


def _write_new(path: str, content: bytes, mode: int | None = None) -> None:
    """Write a new file; ``mode`` whatever the process's mask of rights is, else as that mask says."""
    handle = os.open(path, _NEW, mode or 0o666)
    try:
        if mode is not None and _mask() & mode:
            os.fchmod(handle, mode)
        written = os.write(handle, content)
        while written < len(content):
            written += os.write(handle, content[written:])
    except BaseException:
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108
        raise
    finally:
        os.close(handle)


@cache
def _mask() -> int:
    """The rights that this process takes away from new files; asked without changing them, as threads write too."""
    status = Path("/proc/self/status").read_text("ascii", "replace")
    found = re.search(r"^Umask:\s*([0-7]+)$", status, re.MULTILINE)
    return int(found[1], 8) if found else 0o777


class Workshop:
    """Puts whole folders in place below some roots. Each process has one of its own, and closes it at its end.

    What a killed process left is removed by the next one to open a workshop on the same root.
    """

    def __init__(self, roots: Iterable[str]) -> None:
        self._numbers = itertools.count()
        self._benches: dict[str, str] = {}
        with ExitStack() as stack:
            for root in roots:
                self._benches[root] = str(_bench(Path(root, STAGING), stack))
            self.close = stack.pop_all().close

    def put(self, root: str, below: str, files: Mapping[str, bytes]) -> None:
        """Let ``files`` be the folder ``root/below``; a reader finds the old folder or the new one."""
        made = f"{self._benches[root]}/{next(self._numbers)}"
        try:
            os.mkdir(made)  # noqa: PTH102
            for name, content in files.items():
                if "/" in name:
                    os.makedirs(os.path.dirname(f"{made}/{name}"), exist_ok=True)  # noqa: PTH103, PTH120
                _write_new(f"{made}/{name}", content)
            place(made, f"{root}/{below}")
        except BaseException:
            rmtree(made, ignore_errors=True)
            raise


def place(made: str, target: str) -> None:
    """Let the folder ``made`` be ``target``, and remove what was there."""
    try:
        os.rename(made, target)  # noqa: PTH104
    except FileNotFoundError:
        _make_folder(target.rpartition("/")[0])
        os.rename(made, target)  # noqa: PTH104
    except OSError as error:
        if error.errno not in _EXISTS:
            raise
        if not exchange(Path(made), Path(target)):
            old = f"{made}.old"
            os.rename(target, old)  # noqa: PTH104
            os.rename(made, target)  # noqa: PTH104
            made = old
        rmtree(made, ignore_errors=True)


def _bench(staging: Path, stack: ExitStack) -> Path:
    """A folder of one's own below ``staging``, held until ``stack`` closes; those that nobody holds are removed.

    They are looked for at the end once more: who was killed while waiting for the disk still holds its own for a while.
    """
    staging.mkdir(parents=True, exist_ok=True)
    _sweep(staging)
    stack.callback(_sweep, staging)
    while True:
        bench = staging / f"{os.getpid()}-{os.urandom(4).hex()}"
        bench.mkdir()
        with suppress(BlockingIOError, FileNotFoundError), ExitStack() as trial:
            _hold(bench, trial)
            if bench.exists():  # another one may have taken it for a dead one's before it was held
                stack.push(trial.pop_all())
                stack.callback(rmtree, bench, ignore_errors=True)
                return bench


def _sweep(staging: Path) -> None:
    with suppress(FileNotFoundError):  # somebody has removed the course
        for left in staging.iterdir():
            with suppress(OSError), ExitStack() as trial:
                _hold(left, trial)
                rmtree(left, ignore_errors=True)


def _hold(folder: Path, stack: ExitStack) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    stack.callback(os.close, handle)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def sync(roots: Iterable[str | Path]) -> None:
    """Wait until everything that was written below ``roots`` is on the disk; OSError when it is not."""
    seen: set[int] = set()
    for root in roots:
        try:
            handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # nothing has been written there
        try:
            device = os.fstat(handle).st_dev
            if device not in seen:
                seen.add(device)
                _sync_system(handle)
        finally:
            os.close(handle)


def _sync_system(handle: int) -> None:
    library = _library()
    if library.syncfs(handle) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


@cache
def _library() -> Any:  # ctypes has no types
    return ctypes.CDLL(None, use_errno=True)
