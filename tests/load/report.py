"""The figures of a load: ``build/load/report.json``, and a table for who waits for them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.bench.document import table
from tests.bench.measure import ROOT, machine, say
from tests.load.machine import GENERATOR, KERNELS
from tests.load.phases import Phase
from tests.load.seen import percentile

RESULTS = ROOT / "build" / "load"
SAVED = "answer saved"
LONGEST = 0.3  # seconds; 95 of 100 answers must be saved within
HUMAN_PACE = 30.0  # seconds per question; the lesson itself counts on a minute
QUESTIONS = 8
LESSON_SECONDS = QUESTIONS * HUMAN_PACE
_GB = 1000.0
PER_LEARNER = {
    "processor_ms_per_lesson": "processor of the platform for one learner's whole lesson, ms",
    "cores": "cores per learner at once, at a human pace",
    "learners_per_core": "learners at once per core",
    "mb": "memory per learner at once beside what the idle platform takes, MB",
    "learners_per_gb": "learners at once per GB",
    "live_mb": "memory of an open live example, MB",
    "live_per_gb": "open live examples per GB",
    "live_processor_ms": "processor for opening one and using it, ms",
}


@dataclass
class Step:
    """A load that was tried: at which pace, and what came of it."""

    name: str
    phase: Phase
    pace: float
    lost: list[str] = field(default_factory=list)

    @property
    def learners_by_rate(self) -> int:
        """As many learners at a human pace would ask as much per second."""
        return round(self.phase.people * HUMAN_PACE / self.pace)

    @property
    def trouble(self) -> str:
        """Why this load is too much; empty when it is not."""
        seen = self.phase.seen
        if self.lost:
            return f"{len(self.lost)} lost: {self.lost[0]}"
        if seen.failures:
            return "; ".join(f"{count} × {what}" for what, count in seen.failures.most_common(3))
        if self.phase.served < self.phase.people:
            return f"{self.phase.people - self.phase.served} learners did not come to the end"
        slow = percentile(seen.times.get(SAVED, [0.0]), 95)
        return f"p95 of “{SAVED}” is {1000 * slow:.0f} ms" if slow > LONGEST else ""

    @property
    def busiest(self) -> str:
        """The part that had the least left of its one core, and how much of it was busy."""
        cores = {part: busy for part, busy in self.phase.work.cores.items() if part != KERNELS}
        part = max(cores, key=lambda name: cores[name])
        return f"{part}: {100 * cores[part]:.0f} % of a core"

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "name": self.name,
            "seconds_per_question": self.pace,
            "learners_by_rate": self.learners_by_rate,
            "trouble": self.trouble,
            "busiest": self.busiest,
            "lost": self.lost[:20],
            **self.phase.record(),
        }


@dataclass
class Report:
    """Everything that one ``make load`` found."""

    quick: bool
    about: dict[str, Any] = field(default_factory=machine)
    sign_in: dict[str, Phase] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    live: list[Step] = field(default_factory=list)
    idle_mb: dict[str, float] = field(default_factory=dict)
    errors_logged: dict[str, int] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether the load that must be carried was carried: the first step and the first live one."""
        return (
            not any(first.trouble for first in (*self.steps[:1], *self.live[:1])) and not self.errors_logged
        )

    def record(self) -> dict[str, Any]:
        """As JSON. ``learners_at_once`` are people with sessions of their own, at the pace that stands beside them."""
        carried = [step for step in self.steps if not step.trouble]
        in_live = [step for step in self.live if not step.trouble]
        return {
            "quick": self.quick,
            "machine": self.about,
            "good": self.good,
            "learners_at_once": max((step.phase.people for step in carried), default=0),
            "learners_at_once_by_rate": max((step.learners_by_rate for step in carried), default=0),
            "live_at_once": max((step.phase.people for step in in_live), default=0),
            "breaks_first": breaks_first(self.steps),
            "live_breaks_first": breaks_first(self.live),
            "per_learner": self.per_learner(),
            "sign_in": {name: signed_in(phase) for name, phase in self.sign_in.items()},
            "steps": [step.record() for step in self.steps],
            "live": [step.record() for step in self.live],
            "idle_mb": self.idle_mb,
            "errors_logged": self.errors_logged,
        }

    def per_learner(self) -> dict[str, float]:
        """What one learner costs, and how many a core and a GB carry at a human pace."""
        people, work = self.steps[0].phase.people, self.steps[0].phase.work
        seconds = work.platform_seconds / people
        found = {
            "processor_ms_per_lesson": 1000 * seconds,
            "cores": seconds / LESSON_SECONDS,
            "mb": max(0.001, work.platform_mb - sum(self.idle_mb.values())) / people,
        }
        found |= {"learners_per_core": 1 / found["cores"], "learners_per_gb": _GB / found["mb"]}
        if self.live:
            alive = self.live[0].phase
            kernels = alive.work.peak_mb.get(KERNELS, 0.0)
            found |= {"live_mb": kernels / alive.people}
            found |= {"live_per_gb": _GB / found["live_mb"] if kernels else 0.0}
            found |= {"live_processor_ms": 1000 * alive.work.platform_seconds / alive.people}
        return {name: round(value, 6) for name, value in found.items()}


def signed_in(phase: Phase) -> dict[str, Any]:
    """A sign-in phase as JSON, with its rate."""
    return {**phase.record(), "per_second": round(phase.served / phase.work.seconds, 2)}


def breaks_first(steps: list[Step]) -> str:
    """What was too much at the first load that was; empty when none was."""
    broken = next((step for step in steps if step.trouble), None)
    return f"{broken.name}: {broken.trouble} ({broken.busiest})" if broken else ""


def keep(report: Report) -> None:
    """Write the JSON and show the tables."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    record = report.record()
    (RESULTS / "report.json").write_text(
        json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    say("\n" + tables(record))
    say(f"\nfigures in {RESULTS / 'report.json'}")


def tables(record: dict[str, Any]) -> str:
    """The figures as Markdown."""
    steps, alive = record["steps"], record["live"]
    parts = [
        table(
            [("loads", "answers", "p50", "p95", "p99", "5xx or none", "lost", "busiest"), *map(_row, steps)]
        ),
        table([("first load", "how many", "p50", "p95", "p99"), *_times(steps[0])]),
        table([("processor of a part (cores)", *_parts(steps[0])), *map(_cores, [*steps, *alive])]),
        table([("memory of a part (MB)", *_parts(steps[0])), *map(_memory, [*steps, *alive])]),
    ]
    if alive:
        parts.insert(2, table([("live lesson", "how many", "p50", "p95", "p99"), *_times(alive[0])]))
    parts.append(table([("sign-in", "people", "per second", "hub’s processor", "p95"), *_sign_ins(record)]))
    parts.append(
        table([("one learner", ""), *((said, _figure(record, name)) for name, said in PER_LEARNER.items())])
    )
    said = [
        f"breaks first: {record['breaks_first'] or 'nothing did'}",
        *([f"live breaks first: {record['live_breaks_first'] or 'nothing did'}"] if alive else []),
        *([f"lines of errors in the logs: {record['errors_logged']}"] if record["errors_logged"] else []),
    ]
    return "\n\n".join([*parts, *said])


def _figure(record: dict[str, Any], name: str) -> str:
    value = record["per_learner"].get(name)
    return "–" if value is None else f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _row(step: dict[str, Any]) -> tuple[str, ...]:
    saved = step["milliseconds"].get(SAVED, {"count": 0, "p50": 0, "p95": 0, "p99": 0})
    name = f"{step['name']}: {step['people']:,} people, {step['seconds_per_question']:g} s per question"
    times = (f"{saved[p]:.0f} ms" for p in ("p50", "p95", "p99"))
    return (name, f"{saved['count']:,}", *times, str(step["broken"]), str(len(step["lost"])), step["busiest"])


def _times(step: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (kind, f"{found['count']:,}", *(f"{found[p]:,.0f} ms" for p in ("p50", "p95", "p99")))
        for kind, found in step["milliseconds"].items()
    ]


def _parts(step: dict[str, Any]) -> list[str]:
    return sorted({*step["machine"]["peak_mb"], KERNELS, GENERATOR})


def _cores(step: dict[str, Any]) -> tuple[str, ...]:
    busy = step["machine"]["cores_busy"]
    return (step["name"], *(f"{busy.get(part, 0):.2f}" for part in _parts(step)))


def _memory(step: dict[str, Any]) -> tuple[str, ...]:
    peak = step["machine"]["peak_mb"]
    return (step["name"], *(f"{peak.get(part, 0):,.0f}" for part in _parts(step)))


def _sign_ins(record: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            name,
            f"{phase['people']:,}",
            f"{phase['per_second']:.1f}",
            f"{100 * phase['machine']['cores_busy'].get('hub', 0):.0f} % of a core",
            f"{phase['milliseconds'].get('sign in', {}).get('p95', 0):,.0f} ms",
        )
        for name, phase in record["sign_in"].items()
    ]
