"""Zygotes that kernels are forked from: several, each started anew when it has died.

A kernel whose parent died is dead, and is reported so; the other parents' kernels run on. `parents_for` gives the
process's one set of parents for a folder of lessons; they end with the process.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from hocvuso.errors import SandboxError
from hocvuso.kernels.zygote import ChildLimits, Spawned, Zygote

ENTRY = "hocvuso.kernels.forked:main"
PRELOAD = (
    "numpy",
    "pandas",
    "matplotlib.pyplot",
    "ipywidgets",
    "anywidget",
    "hocvuso.questions",
    "hocvuso.kernels.forked",
)
_LOOK_SECONDS = 0.25  # kernels live long and mostly wait
_BEFORE_ANEW = 1.0  # seconds after a parent's death
_BEFORE_TRYING_AGAIN = 300.0  # seconds after a machine has refused


class Parents:
    """Forks kernels, each from the parent that has the fewest. Thread-safe.

    ``shelf``: the folder of released editions, of which each kernel sees one or none.
    """

    def __init__(self, count: int, shelf: Path | None) -> None:
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._refused: tuple[float, SandboxError] | None = None
        self._zygotes = [self._make(number, shelf) for number in range(count)]
        self._kernels: list[list[Spawned]] = [[] for _ in self._zygotes]

    def start(self) -> None:
        """Start all of them, so that no learner waits for it; SandboxError when this machine can't."""
        for zygote in self._zygotes:
            self._start(zygote)

    def spawn(self, fds: Sequence[int], *, limits: ChildLimits, shown: str | None) -> Spawned:
        """A kernel on the descriptors ``fds``, as `hocvuso.kernels.forked` wants them.

        ``shown`` is the one folder of the shelf that it sees. SandboxError when this machine can't fork kernels.
        """
        with self._lock:
            self._kernels = [[k for k in kernels if k.wait(0) is None] for kernels in self._kernels]
            number = min(range(len(self._zygotes)), key=lambda n: len(self._kernels[n]))
        zygote = self._zygotes[number]
        self._start(zygote)
        kernel = zygote.spawn(ENTRY, fds, isolated=True, limits=limits, shown=shown)
        with self._lock:
            self._kernels[number].append(kernel)
        return kernel

    def close(self) -> None:
        """End all parents, and with them their kernels."""
        self._closed.set()
        for zygote in self._zygotes:
            zygote.close()

    def _make(self, number: int, shelf: Path | None) -> Zygote:
        return Zygote(
            preload=PRELOAD, shelf=shelf, look_seconds=_LOOK_SECONDS, on_lost=lambda: self._lost(number)
        )

    def _start(self, zygote: Zygote) -> None:
        """Start it if it doesn't run; a machine that refused isn't asked again for a while."""
        if self._refused and time.monotonic() < self._refused[0]:
            raise self._refused[1]
        try:
            zygote.start()
        except SandboxError as error:
            self._refused = (time.monotonic() + _BEFORE_TRYING_AGAIN, error)
            raise
        self._refused = None

    def _lost(self, number: int) -> None:
        threading.Thread(target=self._start_anew, args=(number,), name="zygote-anew", daemon=True).start()

    def _start_anew(self, number: int) -> None:
        if self._closed.wait(_BEFORE_ANEW):
            return
        try:
            self._start(self._zygotes[number])
        except (SandboxError, RuntimeError):  # the next kernel says why, or all was closed meanwhile
            return


_lock = threading.Lock()
_all: dict[tuple[int, Path | None], Parents] = {}


def parents_for(shelf: Path | None, count: int) -> Parents:
    """The parents for ``shelf``; made when first asked for, ended with this process."""
    with _lock:
        if not _all:
            atexit.register(close_all)
        return _all.setdefault((count, shelf), Parents(count, shelf))


def close_all() -> None:
    """End every parent that this process has started."""
    with _lock:
        while _all:
            _all.popitem()[1].close()
