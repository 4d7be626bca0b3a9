"""What the learners saw: every request's kind, status and time, and the figures that come of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

NO_ANSWER = 0  # the connection broke, or nothing came in time


@dataclass
class Seen:
    """All requests of one phase. Times are in seconds, statuses HTTP's; NO_ANSWER where none came."""

    times: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    def note(self, kind: str, status: int, seconds: float) -> None:
        """One request of ``kind`` that was answered, or was not."""
        self.statuses[status] += 1
        if status == NO_ANSWER or status >= 400:
            self.failures[f"{kind}: {status or 'no answer'}"] += 1
        else:
            self.times.setdefault(kind, []).append(seconds)

    @contextmanager
    def timed(self, kind: str) -> Iterator[list[int]]:
        """Times a request; the caller puts its status into the list. An exception counts as no answer."""
        status: list[int] = []
        started = perf_counter()
        try:
            yield status
        finally:
            self.note(kind, status[0] if status else NO_ANSWER, perf_counter() - started)

    def took(self, kind: str, seconds: float) -> None:
        """Something that is more than one request."""
        self.times.setdefault(kind, []).append(seconds)

    @property
    def requests(self) -> int:
        """How many there were."""
        return sum(self.statuses.values())

    @property
    def broken(self) -> int:
        """How many the machine failed to answer well: 5xx, or nothing at all."""
        return sum(count for status, count in self.statuses.items() if status == NO_ANSWER or status >= 500)

    def record(self) -> dict[str, object]:
        """As JSON: per kind how many and how long in milliseconds."""
        return {
            "requests": self.requests,
            "broken": self.broken,
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "failures": dict(self.failures),
            "milliseconds": {kind: spread(times) for kind, times in sorted(self.times.items())},
        }


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """How many, and the middle, the slow and the slowest of them in milliseconds."""
    found = {f"p{share}": round(1000 * percentile(seconds, share), 1) for share in (50, 95, 99)}
    return {"count": len(seconds), **found, "max": round(1000 * max(seconds), 1)}


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest value that ``share`` per cent of all do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * share / 100) - 1)]
