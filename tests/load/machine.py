"""What each part of the platform takes of the machine: processor time and memory, by part."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter

import psutil
from tests.bench.processes import megabytes

LOOK = 5.0  # seconds between two looks at the memory: a look costs the machine some time itself
PARTS = {  # the first whose word stands in a command line; what is below a part counts for it, but kernels
    "configurable-http-proxy": "proxy",
    "hocvuso.site": "site",
    "jupyterhub": "hub",
    "grade": "grader",
    "certify": "issuer",
}
KERNELS, GENERATOR, SERVE = "kernels", "generator", "serve"


@dataclass
class Work:
    """What the parts did between two moments: seconds of the processors, and MB at most (PSS)."""

    seconds: float = 0.0
    processor_seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)

    @property
    def cores(self) -> dict[str, float]:
        """How many cores each part kept busy, in the mean."""
        return {part: round(used / self.seconds, 3) for part, used in self.processor_seconds.items()}

    @property
    def platform_mb(self) -> float:
        """The memory of all but the generator."""
        return sum(mb for part, mb in self.peak_mb.items() if part != GENERATOR)

    @property
    def platform_seconds(self) -> float:
        """The processor time of all but the generator."""
        return sum(used for part, used in self.processor_seconds.items() if part != GENERATOR)

    def record(self) -> dict[str, object]:
        """As JSON."""
        return {
            "seconds": round(self.seconds, 1),
            "cores_busy": self.cores,
            "processor_seconds": {part: round(used, 2) for part, used in self.processor_seconds.items()},
            "peak_mb": {part: round(mb, 1) for part, mb in self.peak_mb.items()},
        }


@contextmanager
def watched(pid: int) -> Iterator[Work]:
    """The work of ``pid``, of all below it and of this process; complete when the block is left."""
    work, stop = Work(), threading.Event()
    before, started = _processor_seconds(pid), perf_counter()
    looking = threading.Thread(target=_look, args=(pid, work, stop), daemon=True)
    looking.start()
    try:
        yield work
    finally:
        stop.set()
        looking.join()
        work.seconds = perf_counter() - started
        after = _processor_seconds(pid)
        work.processor_seconds = {
            part: max(0.0, used - before.get(part, 0.0)) for part, used in after.items()
        }
        _look_once(pid, work)


def _look(pid: int, work: Work, stop: threading.Event) -> None:
    while not stop.wait(LOOK):
        _look_once(pid, work)


def look(pid: int) -> dict[str, float]:
    """The memory of each part now, in MB."""
    sums: dict[str, float] = {}
    for part, process in _parts(pid):
        sums[part] = sums.get(part, 0.0) + megabytes(process)
    return sums


def _look_once(pid: int, work: Work) -> None:
    for part, mb in look(pid).items():
        work.peak_mb[part] = max(work.peak_mb.get(part, 0.0), mb)


def _processor_seconds(pid: int) -> dict[str, float]:
    """Used until now, by part; what ended and was waited for counts where it was waited for."""
    sums: dict[str, float] = {}
    for part, process in _parts(pid):
        with suppress(psutil.Error):
            used = process.cpu_times()
            ended = 0.0 if part == GENERATOR else used.children_user + used.children_system
            sums[part] = sums.get(part, 0.0) + used.user + used.system + ended
    return sums


def _parts(pid: int) -> Iterator[tuple[str, psutil.Process]]:
    children: dict[int, list[psutil.Process]] = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            children.setdefault(process.ppid(), []).append(process)
    yield GENERATOR, psutil.Process()
    waiting = [(SERVE, psutil.Process(pid))]
    while waiting:
        part, process = waiting.pop()
        yield part, process
        waiting += [(_part_of(child, part), child) for child in children.get(process.pid, ())]


def _part_of(child: psutil.Process, parent: str) -> str:
    if parent in {"site", KERNELS}:
        return KERNELS
    if parent in {"grader", "issuer", "proxy"}:
        return parent
    command: list[str] = []
    with suppress(psutil.Error):
        command = child.cmdline()
    named = (part for word, part in PARTS.items() if any(word in argument for argument in command))
    return next(named, parent)
