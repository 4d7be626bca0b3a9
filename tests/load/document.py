"""The part of docs/scale.md about site and sign-in: ``python -m tests.load.document`` after ``make load STEPS=1``.

Every figure is a product of one that was measured and of an assumption that stands in the document.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

from tests.bench.document import DOCS, rewrite, table
from tests.load.machine import KERNELS
from tests.load.report import LESSON_SECONDS, RESULTS, tables

AT_ONCE = (2_000, 10_000, 100_000)
BUSY = 0.7  # of a core that one thread may use before answers wait
IN_LIVE = 0.05  # of the learners at once have a live example open
MORNING = 30 * 60  # seconds in which everybody comes who comes
DAYS = 14  # of a session; ten of them are worked on
WORKED = 10
COURSES = 35  # 34 provinces and the Assembly, each a course with a hub of its own
_MB_PER_GB = 1000


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured. Cores are per learner at once at a human pace, seconds are of a processor."""

    site: float
    proxy: float
    grader: float
    hub: float
    saves: float  # per second and learner at once
    learner_mb: float
    site_mb: float
    live_mb: float
    login: float  # of the hub, with a password that costs nothing
    login_at_cost: float  # with the hub's own


def costs(record: dict[str, Any]) -> Costs:
    """From a report of ``make load``."""
    step, live = record["steps"][0], record["live"][0]
    people, used = step["people"], step["machine"]["processor_seconds"]
    sign_in = record["sign_in"].values()
    logins = [p["machine"]["processor_seconds"]["hub"] / max(1, p["served"]) for p in sign_in]
    return Costs(
        **{part: used[part] / people / LESSON_SECONDS for part in ("site", "proxy", "grader", "hub")},
        saves=step["milliseconds"]["answer saved"]["count"] / people / LESSON_SECONDS,
        learner_mb=record["per_learner"]["mb"],
        site_mb=record["idle_mb"]["site"],
        live_mb=live["machine"]["peak_mb"].get(KERNELS, 0.0) / live["people"],
        login=min(logins),
        login_at_cost=max(logins),
    )


def sites(found: Costs, learners: float) -> int:
    """Processes of the site, each with a core for its one thread."""
    return ceil(learners * found.site / BUSY)


def hubs_busy(found: Costs, learners: float, *, arriving: float) -> float:
    """Cores that one hub would need: for those who arrive (per second), and to vouch for those who learn."""
    return arriving * found.login + learners * found.hub


Sum = Callable[[Costs, int], str]
SUMS: dict[str, Sum] = {
    "answers saved per second": lambda m, n: f"{n * m.saves:,.0f}",
    "processes of the site (N · s / 70 %)": lambda m, n: f"{sites(m, n):,}",
    "cores of the proxy": lambda m, n: f"{n * m.proxy:.2f}",
    "cores of the grader": lambda m, n: f"{n * m.grader:.2f}",
    "memory without live examples": lambda m, n: _gb(sites(m, n) * m.site_mb + n * m.learner_mb),
    "memory of live examples, 5 % of the learners": lambda m, n: _gb(n * IN_LIVE * m.live_mb),
    "**sign-in**: all within 30 minutes, per second": lambda _, n: f"{n / MORNING:.1f}",
    "… cores that one hub would need (it has one)": lambda m, n: (
        f"{hubs_busy(m, n, arriving=n / MORNING):.2f}"
    ),
    "… with sessions of 14 days, ten of them worked on": lambda m, n: (
        f"{hubs_busy(m, n, arriving=n / MORNING / WORKED):.2f}"
    ),
    "… a hub for each of 35 courses, all within 30 minutes": lambda m, n: (
        f"{hubs_busy(m, n / COURSES, arriving=n / COURSES / MORNING):.2f} each"
    ),
}


def inputs(found: Costs) -> list[tuple[str, str]]:
    """The measured figures that the sums take."""
    return [
        ("measured input", "figure"),
        ("site, per learner at once (s)", f"{1e6 * found.site:.0f} µ of a core"),
        ("proxy, per learner at once", f"{1e6 * found.proxy:.0f} µ of a core"),
        ("grader, per learner at once", f"{1e6 * found.grader:.0f} µ of a core"),
        ("hub vouching for a learner at once", f"{1e6 * found.hub:.0f} µ of a core"),
        ("memory of the platform per learner at once", f"{1000 * found.learner_mb:.0f} kB"),
        ("memory of an open live example", f"{found.live_mb:.0f} MB"),
        ("processor of the hub for a login", f"{1000 * found.login:.0f} ms"),
        ("… with a password of the hub's own", f"{1000 * found.login_at_cost:.0f} ms"),
        ("logins per second of one hub at most, without and with such a password", _rates(found)),
    ]


def sums(found: Costs) -> list[tuple[str, ...]]:
    """The table; its first row is the head."""
    head = ("", *(f"{n:,} at once" for n in AT_ONCE))
    return [head, *((name, *(act(found, n) for n in AT_ONCE)) for name, act in SUMS.items())]


def main() -> None:
    """Write what was measured and the sums into docs/scale.md."""
    record = json.loads((RESULTS / "report.json").read_text("utf-8"))
    about, found = record["machine"], costs(record)
    quick = " (a quick run)" if record["quick"] else ""
    busy = (
        ""
        if about["load_before"] < 1
        else " **The machine had other work: waiting took longer than it need.**"
    )
    head = (
        f"Measured on {about['date']}{quick} on {about['cores']} cores ({about['processor']}), "
        f"{about['memory_gb']} GB, Python {about['python']}, {about['disk']}, "
        f"the generator of the load on the same cores; load of the machine before: {about['load_before']}.{busy}"
    )
    rewrite(DOCS / "scale.md", "load", f"{head}\n\n{tables(record)}")
    rewrite(DOCS / "scale.md", "site", f"{table(inputs(found))}\n\n{table(sums(found))}")


def _gb(megabytes: float) -> str:
    return f"{megabytes / _MB_PER_GB:,.1f} GB"


def _rates(found: Costs) -> str:
    return f"{1 / found.login:.0f}; {1 / found.login_at_cost:.0f} per core"


if __name__ == "__main__":
    main()
