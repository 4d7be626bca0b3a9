"""From what `tests.bench.site` found to its rows, the table, and the page of the documentation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from tests.bench.document import DOCS, rewrite, table
from tests.bench.measure import QUICK, RESULTS, machine, median, say

if TYPE_CHECKING:
    from tests.bench.site import Found

LIBRARIES = ("voila", "ipywidgets", "jupyterhub", "tornado")
BESIDE = (
    "- Beside the site's own processor, an opening takes {proxy_cpu_ms:.1f} ms of the proxy and {hub_cpu_ms:.1f} ms of "
    "the hub; stock Voila's kernel takes {stock_kernel_cpu_ms:.0f} ms."
)
SOCKETS = (
    "- Stock Voila gave {stock_learners_with_them} learners their lesson where libzmq may open {stock_sockets} "
    "sockets, and the next one none; as it comes libzmq may open 1,023. The row is in proportion."
)
QUIET = 0.5  # of a core busy with something else, per core


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what it must be and should be, in its unit; as a share of stock Voila's where ``relative``."""

    name: str
    unit: str
    must: float
    aim: float
    relative: bool = False
    more_is_better: bool = False

    def judge(self, ours: float | None, stock: float | None) -> str | None:
        """What was reached ("aim", "must" or "no"); None where nothing was measured."""
        if ours is None or (self.relative and not stock):
            return None
        value = ours / stock if self.relative and stock else ours
        if self.more_is_better:
            return "aim" if value >= self.aim else "must" if value >= self.must else "no"
        return "aim" if value <= self.aim else "must" if value <= self.must else "no"

    def bound(self, value: float) -> str:
        """``must`` or ``aim`` as it is written."""
        return f"1/{1 / value:.0f} of stock" if self.relative else shown(value, self.unit)


ROWS = {
    "first_visit_kb": Row("question lesson: first visit, over the wire", "kB", 250, 120),
    "first_visit_requests": Row("… requests", "", 15, 8),
    "second_lesson_kb": Row("… the second lesson", "kB", 40, 20),
    "first_answer_seconds": Row(
        "… until the first question can be answered, slow phone", "s", 1 / 10, 1 / 20, relative=True
    ),
    "server_cpu_ms": Row("… processor of the server per opened page", "ms", 5, 2),
    "learners_at_once": Row("… learners at once, 2 cores", "", 2_000, 10_000, more_is_better=True),
    "live_kb": Row("live lesson: first visit, over the wire", "kB", 900, 400),
    "kernel_ready_ms": Row("… kernel ready, with numpy and pandas", "ms", 300, 100),
    "private_mb": Row("… private memory per open lesson", "MB", 25, 10),
    "other_hosts": Row("requests to other hosts", "", 0, 0),
}


def write(found: Found) -> None:
    """build/bench/site.json and .md; after a full run also docs/benchmarks.md."""
    record = rows(found.ours, found.stock)
    about = machine() | {"versions": {name: version(name) for name in LIBRARIES}}
    RESULTS.mkdir(parents=True, exist_ok=True)
    whole = {**record, "about": {"quick": QUICK, "machine": about, **found.beside}}
    (RESULTS / "site.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8")
    text = "\n\n".join((_sentence(about), table(_summary(record)), *_details(found)))
    (RESULTS / "site.md").write_text(text + "\n", "utf-8")
    say("\n" + text)
    if QUICK:
        say("\ndocs/benchmarks.md stays as it is: only a full run is written there")
    else:
        rewrite(DOCS / "benchmarks.md", "site", text)


def rows(ours: Mapping[str, list[float]], stock: Mapping[str, list[float]]) -> dict[str, dict[str, Any]]:
    """The rows of site.json: medians, with the smallest and largest of each side."""
    found = {}
    for name, row in ROWS.items():
        mine, theirs = _middle(ours.get(name)), _middle(stock.get(name))
        found[name] = {
            "stock": theirs,
            "ours": mine,
            "must": row.must,
            "aim": row.aim,
            "met": row.judge(mine, theirs),
            "unit": row.unit,
            "relative": row.relative,
            "ratio": theirs / mine if mine and theirs else None,
            "stock_range": _range(stock.get(name)),
            "ours_range": _range(ours.get(name)),
        }
    return found


def shown(value: float | None, unit: str) -> str:
    """A figure with its unit, to three digits; a dash for none."""
    if value is None:
        return "–"
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()


def _middle(values: list[float] | None) -> float | None:
    return median(values) if values else None


def _range(values: list[float] | None) -> list[float] | None:
    return [min(values), max(values)] if values else None


def _sentence(about: dict[str, Any]) -> str:
    busy = about["load_before"] > QUIET * (about["cores"] or 1)
    libraries = ", ".join(f"{name} {found}" for name, found in about["versions"].items())
    return (
        f"**Measured** on {about['date']} with `make bench-site`{' (a quick run)' if QUICK else ''} on "
        f"{about['cores']} cores ({about['processor']}, {about['memory_gb']} GB, Python {about['python']}, "
        f"{libraries}; load before {about['load_before']})."
        + (
            " The machine had other work too: times are longer than they need be; sizes and ratios hold."
            if busy
            else ""
        )
    )


def _summary(record: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    lines = [("what", "stock Voila", "ours", "ratio", "must", "aim", "met")]
    for name, row in ROWS.items():
        found = record[name]
        ratio = f"{found['ratio']:,.{0 if found['ratio'] >= 10 else 1}f} ×" if found["ratio"] else ""
        if row.more_is_better and found["ratio"]:
            ratio = f"{1 / found['ratio']:,.0f} ×"
        lines.append(
            (
                row.name,
                _with_range(found["stock"], found["stock_range"], row.unit),
                f"**{_with_range(found['ours'], found['ours_range'], row.unit)}**",
                ratio,
                row.bound(row.must),
                row.bound(row.aim),
                found["met"] or ("run `make load`" if name == "learners_at_once" else "not measured"),
            )
        )
    return lines


def _with_range(value: float | None, spread: list[float] | None, unit: str) -> str:
    if value is None or spread is None or shown(spread[0], unit) == shown(spread[1], unit):
        return shown(value, unit)
    return f"{shown(value, unit)} ({shown(spread[0], '')}–{shown(spread[1], '')})"


def _details(found: Found) -> list[str]:
    beside = found.beside
    lines = [BESIDE.format(**beside), SOCKETS.format(**beside)]
    if load := beside.get("load"):
        lines.append(
            f"- Learners at once: from `make load` on {load['machine']['date']}"
            f"{' (a quick one)' if load['quick'] else ''}."
        )
    return ["\n".join(lines)]
