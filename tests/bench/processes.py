"""Runs a command and says how long it took, how much of the processors it used, and how much memory at most.

Memory is that of the whole tree of processes: the sum of their proportional set sizes (PSS), so that what forked
processes share counts once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import psutil

LOOK = 0.2  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Used:
    """What a command took: seconds by the clock, seconds of the processors, MB at most, and its last words.

    ``processor_seconds`` are those of the processes that it waited for, ``machine_seconds`` all that the machine did
    meanwhile: with nothing else to do that is the whole cost, writing to the disk included.
    """

    seconds: float
    processor_seconds: float
    machine_seconds: float
    peak_mb: float
    processes: int
    told: str = ""

    def record(self) -> dict[str, Any]:
        """As JSON, without the words."""
        return {name: value for name, value in asdict(self).items() if name != "told"}


def hocvuso(root: Path, *words: str) -> list[str]:
    """Our command."""
    return [sys.executable, "-m", "hocvuso", "--root", str(root), *words]


def run(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    memory: bool = True,
) -> Used:
    """Run ``command`` to its end; a failure of it ends the benchmark with its words."""
    busy, started = machine_seconds(), time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    with Meter(process.pid, on=memory) as meter:
        assert process.stdout is not None
        told = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        took = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{told[-4000:]}")
    busy = machine_seconds() - busy
    return Used(took, used.ru_utime + used.ru_stime, busy, meter.peak_mb, meter.processes, told[-200:])


def machine_seconds() -> float:
    """What all processors have worked since the machine was started."""
    used = psutil.cpu_times()
    return float(used.user + used.nice + used.system + used.irq + used.softirq)


class Meter:
    """Looks at the memory of a process and all that it started, now and then, until it is left."""

    def __init__(self, pid: int, *, on: bool = True, every: float = LOOK) -> None:
        self._pid, self._on, self._every = pid, on, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_mb = 0.0
        self.processes = 0
        self.seen: list[tuple[float, float]] = []  # seconds since the start, MB

    def __enter__(self) -> Self:
        if self._on:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._on:
            self._thread.join()

    def _watch(self) -> None:
        started = time.perf_counter()
        while not self._stop.wait(self._every):
            megabytes, processes = tree_memory(self._pid)
            self.seen.append((time.perf_counter() - started, megabytes))
            self.peak_mb = max(self.peak_mb, megabytes)
            self.processes = max(self.processes, processes)


def tree_memory(pid: int) -> tuple[float, int]:
    """MB of ``pid`` and everything below it, and how many processes that are."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0.0, 0
    return sum(map(megabytes, family)), len(family)


def megabytes(process: psutil.Process) -> float:
    """The proportional set size of ``process``; 0 when it is gone."""
    try:
        with open(f"/proc/{process.pid}/smaps_rollup", encoding="ascii") as file:  # noqa: PTH123
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) / 1024
    except OSError:  # a box of another user's: what it shares with others is then counted more than once
        try:
            return float(process.memory_info().rss) / 2**20
        except psutil.Error:
            pass
    return 0.0


def until(what: str, seen: Callable[[], bool], patience: float, every: float = 0.05) -> None:
    """Wait until ``seen`` says yes; end the benchmark when it never does."""
    end = time.monotonic() + patience
    while not seen():
        if time.monotonic() > end:
            raise SystemExit(f"gave up waiting: {what}")
        time.sleep(every)
