"""Looks at children and all their descendants, and says which of them use more than they may.

Limits of the system hold per process; what a child's processes use *together* only a look at all of them tells.
`Supervisor.check` is called some ten times a second and costs some ten microseconds per process.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MB = 1024 * 1024
_SHARE = 10  # a costly look may take one part in so many of the time
_TELLS_SHARES = Path("/proc/self/smaps_rollup").exists()  # since Linux 4.14


@dataclass(frozen=True, slots=True)
class _Process:
    pid: int
    parent: int
    threads: int
    cpu: float  # its own and that of children that it has waited for
    resident: int


@dataclass(slots=True)
class _Watched:
    limits: Mapping[str, Any]
    cpu: float = 0.0
    lost: float = 0.0  # of processes that have ended and nobody waited for
    next_look: float = 0.0
    over: bool = False  # the last costly look found too much
    processes: list[_Process] = field(default_factory=list)


class Supervisor:
    """Watches children by their process numbers."""

    def __init__(self) -> None:
        self._watched: dict[int, _Watched] = {}

    def __len__(self) -> int:
        return len(self._watched)

    def add(self, pid: int, limits: Mapping[str, Any]) -> None:
        """Watch ``pid`` (not yet reaped, so that the number is its own)."""
        self._watched[pid] = _Watched(limits)

    def remove(self, pid: int) -> float:
        """Stop watching; CPU seconds that were seen in all."""
        return self._watched.pop(pid).cpu

    def check(self) -> Iterator[tuple[int, str]]:
        """Children over a limit, each with the reason: ``cpu``, ``memory`` or ``processes``."""
        if not self._watched:
            return
        families = _families(self._watched)
        for pid, watched in self._watched.items():
            watched.processes = families[pid]
            _count_cpu(watched)
            reason = _excess(watched)
            if reason:
                yield pid, reason


def _count_cpu(watched: _Watched) -> None:
    """The sum over what lives falls when a process ends that nobody waits for: that part is kept."""
    now = sum(process.cpu for process in watched.processes) + watched.lost
    if now < watched.cpu:
        watched.lost += watched.cpu - now
    watched.cpu = max(now, watched.cpu)


def _excess(watched: _Watched) -> str | None:
    limits, processes = watched.limits, watched.processes
    if sum(process.threads for process in processes) > limits["processes"]:
        return "processes"
    if watched.cpu > limits["cpu_seconds"]:
        return "cpu"
    most = limits["resident_mb"] * _MB
    if sum(process.resident for process in processes) <= most:
        watched.over = False
        return None
    now = time.monotonic()
    if now < watched.next_look:
        return None
    used = sum(_proportional(process) for process in processes)
    spent = time.monotonic() - now
    watched.next_look = now + _SHARE * spent
    # one look at several processes, some of which start or end during it, may count a page twice
    before, watched.over = watched.over, used > most
    return "memory" if before and watched.over else None


def _families(roots: Mapping[int, object]) -> dict[int, list[_Process]]:
    """Each root with its descendants, itself first."""
    children: dict[int, list[_Process]] = {}
    found: dict[int, list[_Process]] = {root: [] for root in roots}
    for process in _processes():
        children.setdefault(process.parent, []).append(process)
        if process.pid in roots:
            found[process.pid].append(process)
    for family in found.values():
        for process in family:  # grows while it is walked
            family.extend(child for child in children.get(process.pid, ()) if child.pid not in roots)
    return found


def _processes() -> Iterator[_Process]:
    for name in os.listdir("/proc"):  # noqa: PTH208  (many times a second)
        if name.isdigit():
            line = _read(f"/proc/{name}/stat")
            if line:
                yield _parse(int(name), line)


def _parse(pid: int, line: bytes) -> _Process:
    """The fields of proc(5) after the command, which may hold anything."""
    fields = line[line.rindex(b")") + 2 :].split()
    return _Process(
        pid=pid,
        parent=int(fields[1]),
        threads=max(1, int(fields[17])),
        cpu=sum(map(int, fields[11:15])) / _TICKS,
        resident=int(fields[21]) * _PAGE,
    )


def _proportional(process: _Process) -> int:
    """Bytes in use, pages that several processes share divided among them; all of them when that isn't told."""
    try:
        told = Path(f"/proc/{process.pid}/smaps_rollup").read_bytes()
    except PermissionError:
        return process.resident
    except OSError:  # ended meanwhile
        return 0 if _TELLS_SHARES else process.resident
    share = re.search(rb"^Pss: +(\d+) kB", told, re.MULTILINE)
    return int(share[1]) * 1024 if share else 0


def _read(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:  # ended meanwhile
        return b""
    try:
        return os.read(descriptor, 8192)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
