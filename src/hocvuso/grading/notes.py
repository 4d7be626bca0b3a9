"""What a grader that runs lets others know: that it lives, and what it has to try again and why.

Each grader has a file of its own in ``var/grader/running`` and holds a lock while it lives, so that a killed one is
known to be dead. What failed stays to be read after a grader's end; the next grader clears away what dead ones left.
Notes name no learner. They help people: nothing is decided by them, and without room for them grading goes on.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import socket
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hocvuso.durable import held
from hocvuso.lessons.editions import lesson_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from hocvuso.exchange.collect import Waiting
    from hocvuso.places import Places

PAUSE = 1.0
log = logging.getLogger("hocvuso.grading")


@dataclass(frozen=True, slots=True)
class Failure:
    """A submission that waits on because of an error of ours. ``retry`` is None when nobody will try by itself."""

    lesson: str
    reason: str
    tries: int
    last: datetime
    retry: datetime | None


@dataclass(frozen=True, slots=True)
class Note:
    """What one grader noted. ``trouble``: why its last look at the submissions failed as a whole."""

    host: str
    pid: int
    watching: bool
    since: datetime
    alive: bool
    trouble: str | None
    failures: tuple[Failure, ...]


class Notes:
    """The notes of one grader; a context manager, used by one thread. Nothing is written while all is well.

    When very many fail, a change is written within `PAUSE` seconds and at `save`, not each for itself.
    """

    def __init__(self, places: Places, *, watching: bool, now: Callable[[], datetime]) -> None:
        self._folder = running_folder(places)
        self._now = now
        self._head = {
            "format": 1,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "watching": watching,
            "since": _text(now()),
        }
        self._name = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}"
        self._lock: int | None = None
        self._trouble: str | None = None
        self._failed: dict[Path, Failure] = {}
        self._changed = False
        self._saved = 0.0

    def __enter__(self) -> Self:
        with _told():
            self._folder.mkdir(parents=True, exist_ok=True)
            with held(self._folder):  # else another grader that starts takes ours for a dead one's
                _clear_dead(self._folder)
                self._lock = os.open(self._path(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
                fcntl.flock(self._lock, fcntl.LOCK_EX)
            self._write()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.save()
        with _told():
            if not self._failed and not self._trouble:
                self._path(".json").unlink(missing_ok=True)
            self._path(".lock").unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)

    def failed(self, waiting: Waiting, reason: str, retry: datetime | None = None) -> None:
        """``waiting`` could not be graded; ``reason`` names nobody."""
        before = self._failed.get(waiting.path)
        self._failed[waiting.path] = Failure(
            lesson=lesson_of(waiting.edition) or "?",
            reason=reason,
            tries=before.tries + 1 if before else 1,
            last=self._now(),
            retry=retry,
        )
        self._note_change()

    def settled(self, path: Path) -> None:
        """What waited at ``path`` does not any more; whoever graded it."""
        if self._failed.pop(path, None):
            self._note_change()

    def looked(self, trouble: str | None) -> None:
        """A look at the submissions went well, or failed as a whole because of ``trouble``."""
        if trouble != self._trouble:
            self._trouble = trouble
            self._changed = True
        self.save()

    def save(self) -> None:
        """Write what has changed."""
        if self._changed:
            self._write()

    def _note_change(self) -> None:
        self._changed = True
        if time.monotonic() >= self._saved + PAUSE:
            self._write()

    def _path(self, ending: str) -> Path:
        return self._folder / f"{self._name}{ending}"

    def _write(self) -> None:
        self._changed, self._saved = False, time.monotonic()
        failed = [
            asdict(one) | {"last": _text(one.last), "retry": one.retry and _text(one.retry)}
            for one in self._failed.values()
        ]
        record = self._head | {"trouble": self._trouble, "failed": failed}
        with _told():
            part = self._path(".part")  # no fsync: after a loss of power nobody runs
            part.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
            part.replace(self._path(".json"))


def running_folder(places: Places) -> Path:
    """Where graders note that they run."""
    return places.var / "grader" / "running"


def read_notes(places: Places) -> list[Note]:
    """The notes of all graders that run, and of those that ended with something left to do."""
    folder = running_folder(places)
    found = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        with suppress(OSError, ValueError, KeyError, TypeError):  # it ended meanwhile
            found.append(_read(json.loads(path.read_bytes()), alive=_is_held(path.with_suffix(".lock"))))
    # after a kill only the moment of the death is unknown: a dead one tries nothing again
    return [one if one.alive else _without_retries(one) for one in found]


def _read(record: dict[str, Any], *, alive: bool) -> Note:
    failures = [
        Failure(
            lesson=str(one["lesson"]),
            reason=str(one["reason"]),
            tries=int(one["tries"]),
            last=datetime.fromisoformat(one["last"]),
            retry=datetime.fromisoformat(one["retry"]) if one["retry"] else None,
        )
        for one in record["failed"]
    ]
    return Note(
        host=str(record["host"]),
        pid=int(record["pid"]),
        watching=bool(record["watching"]),
        since=datetime.fromisoformat(record["since"]),
        alive=alive,
        trouble=record["trouble"],
        failures=tuple(failures),
    )


def _without_retries(note: Note) -> Note:
    return replace(note, failures=tuple(replace(one, retry=None) for one in note.failures))


def _is_held(lock: Path) -> bool:
    """Whether the grader that made ``lock`` lives."""
    try:
        handle = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _clear_dead(folder: Path) -> None:
    """Take away the notes of graders that don't live any more."""
    for path in folder.iterdir():
        if not _is_held(path.with_suffix(".lock")):
            path.unlink(missing_ok=True)


@contextmanager
def _told() -> Iterator[None]:
    """A full disk must not stop the grading."""
    try:
        yield
    except OSError as error:
        log.warning("the grader's notes could not be written: %s", error.strerror)


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")
