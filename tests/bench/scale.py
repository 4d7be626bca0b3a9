"""The sums of docs/scale.md, from what the benchmarks measured: ``python -m tests.bench.scale`` after ``make bench``.

Every figure is a product of a measured one and of an assumption that stands in the document.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

from tests.bench.document import DOCS, rewrite, table
from tests.bench.measure import RESULTS, median

LEARNERS = (10_000, 100_000, 5_000_000)
LESSONS = 136
CODING = 10  # of them
ATTEMPTS = 1.3  # submissions per learner and lesson
CERTIFICATES = 2  # per learner
HOURS = 12 * 22 * 8  # twelve months, twenty-two days, eight hours
PEAK = 10  # the busiest hour against the mean
BUSY = 0.5  # of a grading machine's time at the peak, so that nobody waits
BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Measured:
    """What one submission, one certificate and one row of the export cost."""

    question_seconds: float
    code_seconds: float
    question_rate: float
    code_rate: float
    disk: float
    inodes: float
    answers_disk: float
    answers_inodes: float
    gradebook: float
    rows: float
    export_seconds: float
    export_bytes: float
    certificate_rate: float
    regrade_seconds: float | None


def read() -> tuple[Measured, dict[str, Any]]:
    """The figures of the last runs; and where and when."""
    grading = json.loads((RESULTS / "grading.json").read_text("utf-8"))
    certificates = json.loads((RESULTS / "certificates.json").read_text("utf-8"))
    raw = grading["raw"]
    widgets, code, sizes, regrade = raw["widgets"], raw["code"], raw["sizes"], raw["regrade"]
    # on a busy machine the work of others would count
    cost = "machine_seconds" if grading["machine"]["load_before"] < 1 else "processor_seconds"
    folders = [sizes[name] for name in ("evidence", "submitted", "autograde", "results", "feedback")]
    return Measured(
        question_seconds=_each(widgets, cost),
        code_seconds=_each(code, cost),
        question_rate=1 / _each(widgets, "seconds"),
        code_rate=1 / _each(code, "seconds"),
        disk=sum(folder["bytes_each"] for folder in folders),
        inodes=sum(folder["inodes_each"] for folder in folders),
        answers_disk=sizes["answers"]["bytes_each"] + BLOCK,
        answers_inodes=sizes["answers"]["inodes_each"] + 1,
        gradebook=sizes["gradebook"]["bytes_each"],
        rows=sum(sizes["gradebook"]["rows_each"].values()),
        export_seconds=sizes["export_seconds"] / sizes["submissions"],
        export_bytes=sizes["export_bytes"] / sizes["submissions"],
        certificate_rate=median(certificates["per_second"]),
        regrade_seconds=regrade and _each(regrade, "seconds"),
    ), grading


def main() -> None:
    """Write the measured inputs and the sums into docs/scale.md."""
    found, grading = read()
    about = grading["machine"]
    quick = " (a quick run)" if grading["quick"] else ""
    busy = (
        ""
        if about["load_before"] < 1
        else " **The machine had other work: times are several times too long, and c lacks the boxes**; sizes hold."
    )
    head = (
        f"Measured on {about['date']}{quick} on {about['cores']} cores ({about['processor']}), "
        f"Python {about['python']}, {about['disk']}, SQLite.{busy}"
    )
    rows = [("", *(f"{count:,} learners" for count in LEARNERS))]
    rows += [(name, *(act(found, count) for count in LEARNERS)) for name, act in SUMS.items()]
    rewrite(DOCS / "scale.md", "scale", "\n\n".join((head, table(_inputs(found)), table(rows))))


def _inputs(found: Measured) -> list[tuple[str, str, str]]:
    regrade = "–" if found.regrade_seconds is None else f"{1000 * found.regrade_seconds:.2f} ms"
    return [
        ("measured input", "name", "figure"),
        ("processor time of a question submission", "q", f"{1000 * found.question_seconds:.1f} ms"),
        ("processor time of a coding submission", "c", f"{1000 * found.code_seconds:.0f} ms"),
        ("question submissions per second of a machine with 2 cores", "Q", f"{found.question_rate:.0f}"),
        ("coding submissions per second of a machine with 2 cores", "C", f"{found.code_rate:.1f}"),
        ("disk of a submission", "d", f"{found.disk / 1000:.0f} kB"),
        ("inodes of a submission", "i", f"{found.inodes:.0f}"),
        (
            "disk of a learner's saved answers to a lesson, with the receipt",
            "a",
            f"{found.answers_disk / 1000:.0f} kB",
        ),
        ("inodes of those", "b", f"{found.answers_inodes:.0f}"),
        ("gradebook per submission", "g", f"{found.gradebook / 1000:.1f} kB"),
        ("rows per submission", "r", f"{found.rows:.0f}"),
        ("export per row", "e", f"{1e6 * found.export_seconds:.0f} µs"),
        ("certificates per second of a core", "z", f"{found.certificate_rate:.0f}"),
        ("regrade per submission", "k", regrade),
    ]


def submissions(count: int) -> float:
    """Of all learners to all lessons."""
    return count * LESSONS * ATTEMPTS


def _processor_hours(found: Measured, count: int) -> float:
    coding = CODING / LESSONS
    each = found.question_seconds * (1 - coding) + found.code_seconds * coding
    return submissions(count) * each / 3600


def _machines(found: Measured, count: int) -> int:
    peak = PEAK * submissions(count) / (HOURS * 3600)
    coding = CODING / LESSONS
    return ceil(peak * ((1 - coding) / found.question_rate + coding / found.code_rate) / BUSY)


Sum = Callable[[Measured, int], str]
SUMS: dict[str, Sum] = {
    "submissions": lambda _, n: _number(submissions(n)),
    "at the peak, per second": lambda _, n: f"{PEAK * submissions(n) / (HOURS * 3600):,.1f}",
    "processor hours of grading, all lessons": lambda m, n: f"{_processor_hours(m, n):,.0f}",
    "grading machines (2 cores) at the peak": lambda m, n: f"{_machines(m, n)}",
    "grades (learner and lesson)": lambda _, n: _number(n * LESSONS),
    "rows of the gradebook": lambda m, n: _number(n * LESSONS * m.rows),
    "gradebook": lambda m, n: _bytes(n * LESSONS * m.gradebook),
    "rows written at the peak, per second": lambda m, n: (
        f"{PEAK * submissions(n) / (HOURS * 3600) * m.rows:,.0f}"
    ),
    "disk of submissions, results, feedback": lambda m, n: _bytes(submissions(n) * m.disk),
    "inodes of those": lambda m, n: _number(submissions(n) * m.inodes),
    "disk of saved answers and receipts": lambda m, n: _bytes(n * LESSONS * m.answers_disk),
    "inodes of those ": lambda m, n: _number(n * LESSONS * m.answers_inodes),
    "export of everything": lambda m, n: (
        f"{_time(n * LESSONS * m.export_seconds)}, {_bytes(n * LESSONS * m.export_bytes)}"
    ),
    "certificates, on one core": lambda m, n: _time(n * CERTIFICATES / m.certificate_rate),
    "regrade of one lesson, one process": lambda m, n: (
        "–" if m.regrade_seconds is None else _time(n * m.regrade_seconds)
    ),
}


def _each(part: dict[str, Any], name: str) -> float:
    """What one more submission costs, the start not counted."""
    took = median([used[name] for used in part["ours"]])
    return (took - part["start"][name]) / (part["submissions"] - 1)


def _number(value: float) -> str:
    for size, unit in ((1e9, " billion"), (1e6, " million")):
        if value >= size:
            return f"{value / size:,.2g}{unit}" if value / size < 10 else f"{value / size:,.0f}{unit}"
    return f"{value:,.0f}"


def _bytes(value: float) -> str:
    for size, unit in ((1e12, "TB"), (1e9, "GB")):
        if value >= size:
            return f"{value / size:,.1f} {unit}"
    return f"{value / 1e6:,.0f} MB"


def _time(value: float) -> str:
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if value >= 2 * size:
            return f"{value / size:,.1f} {unit}"
    return f"{value:,.0f} s"


if __name__ == "__main__":
    main()
