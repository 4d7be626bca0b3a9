"""A process that writes files for a grader while the grader goes on computing.

Half of the work on a submission with questions is the system's: a dozen small files. Threads of one Python process
would wait for each other at every one of them.

One request is a batch: for each submission its deeds (`Deed`), in order. The answer says for each whether they could
be done; it comes when all of them are on the disk. The process ends with the one that started it, at once, so that it
never writes beside the next grader.
"""

from __future__ import annotations

import ctypes
import errno
import marshal
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from hocvuso.grading.files import Drafts, Workshop, overwrite_file, sync, write_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Deed: TypeAlias = "tuple[str, str, str, Any]"  # what, where, where in it, contents: see `_act`
_PR_DEATH_SIGNAL = 1
_THREADS = 8
_LENGTH = 8  # bytes before each message


class Scribe:
    """The process, from outside, until `close`. Safe to use from several threads, one request at a time.

    ``roots`` are those of whole folders (`Workshop`); everything below them and ``more`` is brought to the disk.
    """

    def __init__(self, roots: Iterable[str], more: Iterable[str]) -> None:
        self._order = [list(roots), list(more)]
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._start()

    def close(self) -> None:
        """End the process, after what it is doing."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None  # noqa: S101
            with suppress(OSError):
                process.stdin.close()
            process.wait()
            assert process.stdout is not None  # noqa: S101
            process.stdout.close()

    def write(self, batch: Sequence[Sequence[Deed]]) -> list[OSError | None]:
        """Do the deeds of each submission; what stopped them, for each. OSError when nothing is certain.

        Deeds are done in order; those of the others are done whatever became of one.
        """
        with self._lock:
            process = self._process or self._start()
            assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
            try:
                _send(process.stdin, [list(map(list, deeds)) for deeds in batch])
                errors, synced = _receive(process.stdout)
            except (OSError, EOFError, ValueError):
                self._process = None
                process.kill()
                process.wait()
                process.stdout.close()
                with suppress(OSError):
                    process.stdin.close()
                raise OSError(errno.EIO, "the process that writes files has gone") from None
        if synced:
            raise OSError(*synced)
        return [OSError(*error) if error else None for error in errors]

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "hocvuso.grading.scribe", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None  # noqa: S101
        with suppress(BrokenPipeError):  # the first request will say it
            _send(process.stdin, self._order)
        self._process = process
        return process


def _send(pipe: IO[bytes], message: Any) -> None:
    data = marshal.dumps(message)
    pipe.write(len(data).to_bytes(_LENGTH, "big"))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    """The next message from our own other half; EOFError at the end."""
    head = pipe.read(_LENGTH)
    data = pipe.read(int.from_bytes(head, "big")) if len(head) == _LENGTH else b""
    return marshal.loads(data)  # noqa: S302  (a pipe between the two halves of this module; EOFError for nothing)


class _Hand:
    """What acts in the process."""

    def __init__(self, roots: list[str], more: list[str]) -> None:
        self._roots = [*roots, *more]
        self._workshop = Workshop(roots)
        self._drafts = Drafts()
        self._threads = ThreadPoolExecutor(
            _THREADS
        )  # they wait for the disk, and never for each other's Python

    def answer(self, batch: list[list[Deed]]) -> list[Any]:
        """For each submission None or an error, and an error of the disk itself."""
        errors = list(self._threads.map(self._do, batch))
        try:
            sync(self._roots)
            self._drafts.publish(self._threads.map)
        except OSError as error:
            return [errors, _told(error)]
        return [errors, None]

    def _do(self, deeds: list[Deed]) -> list[Any] | None:
        try:
            for deed in deeds:
                self._act(*deed)
        except Exception as error:  # noqa: BLE001  (told: it must not stop the others)
            return _told(error)
        return None

    def _act(self, what: str, where: str, below: str, content: Any) -> None:
        if what == "file":
            write_file(where, content)
        elif what == "over":
            overwrite_file(where, content)
        elif what == "draft":  # in its place once it is on the disk; that it is there, with the next batch
            self._drafts.put(where, content)
        elif what == "folder":
            self._workshop.put(where, below, content)
        elif what == "moved":  # written in one folder, then moved to another
            os.makedirs(os.path.dirname(below), exist_ok=True)  # noqa: PTH103, PTH120
            write_file(where, content)
            os.replace(where, below)  # noqa: PTH105
        else:
            raise ValueError(what)

    def close(self) -> None:
        """Leave nothing behind."""
        self._threads.shutdown()
        self._workshop.close()


def _told(error: Exception) -> list[Any]:
    """The error's number and words; what isn't the system's has no words that may be shown."""
    if isinstance(error, OSError) and error.errno:
        return [error.errno, os.strerror(error.errno)]
    return [errno.EIO, type(error).__name__]


def main() -> None:
    """``scribe PARENT``: obey the process with that number until it hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the grader, which finishes its batch
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        return
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    hand = _Hand(*_receive(asked))
    try:
        while True:
            _send(answers, hand.answer(_receive(asked)))
    except (EOFError, BrokenPipeError):
        hand.close()


if __name__ == "__main__":
    main()
