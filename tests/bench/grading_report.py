"""From the raw figures of `tests.bench.grading` to its seven numbers, the table, and the page of the documentation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from tests.bench.document import DOCS, rewrite, table
from tests.bench.measure import QUICK, RESULTS, machine, median, say

CODE_WHOLE = 300  # coding submissions, start included, that the ratio is about
LIBRARIES = ("nbgrader", "nbclient", "ipykernel", "sqlalchemy", "pandas")


def write(raw: dict[str, Any], whole: int, *, whole_run: bool) -> None:
    """build/bench/grading.json and .md; after a full run of every part also docs/benchmarks.md."""
    numbers = figures(raw, whole)
    about = machine() | {"versions": {name: version(name) for name in (*LIBRARIES, "hocvuso")}}
    record = {
        "benchmark": "grading",
        "quick": QUICK,
        "scaled": sorted(scaled(raw, whole)),
        **numbers,
        "machine": about,
        "raw": raw,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "grading.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    text = "\n\n".join((_sentence(about), table(_summary(numbers, raw, whole)), *_details(raw)))
    (RESULTS / "grading.md").write_text(text + "\n", "utf-8")
    say("\n" + text)
    if QUICK or not whole_run:
        say("\ndocs/benchmarks.md stays as it is: only a full run is written there")
    else:
        rewrite(DOCS / "benchmarks.md", "grading", text)


def figures(raw: dict[str, Any], whole: int) -> dict[str, float | None]:
    """The seven numbers: of ``whole`` submissions, of `CODE_WHOLE` with code; of fewer, start + rest in proportion."""
    widgets, code, limit, regrade = raw["widgets"], raw["code"], raw["limit"], raw["regrade"]
    took = whole_seconds(widgets, whole)
    peaks = [used["peak_mb"] for used in widgets["ours"]]
    return {
        "widget_ratio": widgets["nbgrader"]["seconds_each"] * whole / took,
        "widget_10k_seconds": took,
        "code_ratio": code
        and code["nbgrader"]["seconds_each"] * CODE_WHOLE / whole_seconds(code, CODE_WHOLE),
        "latency_p95_seconds": raw["latency"] and raw["latency"]["p95"],
        "peak_mb": max(peaks),
        "regrade_10k_seconds": regrade and whole_seconds(regrade, whole),
        "limit_ratio": median([u["seconds"] for u in widgets["ours"]]) / limit["seconds"],
    }


def whole_seconds(part: dict[str, Any], whole: int) -> float:
    """How long ``whole`` submissions take, start included."""
    took, count = median([used["seconds"] for used in part["ours"]]), part["submissions"]
    if count == whole:
        return took
    start = part["start"]["seconds"]
    return start + (took - start) * (whole - 1) / (count - 1)


def scaled(raw: dict[str, Any], whole: int) -> set[str]:
    """The numbers that were not measured at ``whole`` submissions."""
    found = set()
    if raw["widgets"]["submissions"] != whole:
        found |= {"widget_10k_seconds", "widget_ratio", "peak_mb", "limit_ratio"}
    if raw["regrade"] and raw["regrade"]["submissions"] != whole:
        found.add("regrade_10k_seconds")
    if raw["code"] and raw["code"]["submissions"] != CODE_WHOLE:
        found.add("code_ratio")
    return found


def brief(part: dict[str, Any] | None) -> str:
    """A part's plain numbers, for the one who waits."""
    if part is None:
        return "no figure"
    plain = {name: value for name, value in part.items() if isinstance(value, int | float)}
    return ", ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in plain.items()
    )


def _sentence(about: dict[str, Any]) -> str:
    versions = ", ".join(
        f"{name} {number}" for name, number in about["versions"].items() if name != "hocvuso"
    )
    busy = "" if about["load_before"] < 1 else " The machine had other work too: only the ratios mean much."
    command = "QUICK=1 make bench-grading" if QUICK else "make bench-grading"
    return (
        f"**Measured** on {about['date']} with `{command}` on {about['cores']} cores ({about['processor']}, "
        f"{about['memory_gb']} GB, {about['disk']}, Python {about['python']}, {versions}; "
        f"load before {about['load_before']}).{busy}"
    )


def _summary(numbers: dict[str, float | None], raw: dict[str, Any], whole: int) -> list[tuple[str, ...]]:
    widgets, code, latency = raw["widgets"], raw["code"], raw["latency"]
    code_rate = code and CODE_WHOLE / whole_seconds(code, CODE_WHOLE)
    parts = scaled(raw, whole)

    def shown(name: str, form: str, unit: str) -> str:
        value = numbers[name]
        mark = " (from fewer)" if name in parts else ""
        return "–" if value is None else f"**{value:{form}} {unit}**{mark}"

    return [
        ("work", "nbgrader autograde", "hocvuso", "found", "must", "aim"),
        (
            "question lesson, submissions per second",
            f"{1 / widgets['nbgrader']['seconds_each']:.2f}",
            f"{whole / (numbers['widget_10k_seconds'] or 1):.0f}",
            shown("widget_ratio", ".0f", "×"),
            "200 ×",
            "500 ×",
        ),
        (
            f"{whole:,} of them, SQLite, start included",
            f"{widgets['nbgrader']['seconds_each'] * whole / 3600:.1f} h",
            "",
            shown("widget_10k_seconds", ".1f", "s"),
            "60 s",
            "20 s",
        ),
        (
            "coding lesson (10 + 10 cells, pandas), boxed, per second",
            f"{1 / code['nbgrader']['seconds_each']:.2f}" if code else "",
            f"{code_rate:.1f}" if code else "",
            shown("code_ratio", ".1f", "×"),
            "15 ×",
            "40 ×",
        ),
        (
            f"submit to result, {latency['rate']:.0f} a second for {latency['duration']:.0f} s, p95"
            if latency
            else "submit to result",
            "",
            "",
            shown("latency_p95_seconds", ".2f", "s"),
            "2 s",
            "0.5 s",
        ),
        (
            f"peak memory, {widgets['submissions']:,} waiting",
            f"{max(u['peak_mb'] for u in widgets['nbgrader']['runs']):.0f} MB",
            "",
            shown("peak_mb", ".0f", "MB"),
            "500 MB",
            "200 MB",
        ),
        (
            f"regrade {whole:,} after a corrected key",
            "",
            "",
            shown("regrade_10k_seconds", ".1f", "s"),
            "10 s",
            "2 s",
        ),
        ("against the plain loop", "", "", shown("limit_ratio", ".1f", "× its time"), "", ""),
    ]


def _details(raw: dict[str, Any]) -> list[str]:
    lines = [*_told_of_widgets(raw["widgets"])]
    if raw["code"]:
        lines += _told_of_code(raw["code"])
    if raw["latency"]:
        lines += _told_of_latency(raw["latency"])
    limit, profile = raw["limit"], raw["profile"]
    lines.append(
        f"The plain loop: {limit['submissions']:,} in {limit['seconds']:.1f} s, start included, on one core."
    )
    if not profile:
        return ["\n".join(f"- {line}" for line in lines)]
    how = f"{profile['submissions']:,} submissions, {profile['looks']:,} looks at all threads at work, one each 5 ms"
    return ["\n".join(f"- {line}" for line in lines), f"Where the time goes ({how}):", table(_where(profile))]


def _told_of_widgets(part: dict[str, Any]) -> Iterator[str]:
    runs = ", ".join(f"{used['seconds']:.1f}" for used in part["ours"])
    busy = median([used["machine_seconds"] for used in part["ours"]])
    stock, count = part["nbgrader"], part["submissions"]
    yield (
        f"Question lesson: {count:,} submissions in {runs} s; the first one with the start "
        f"{part['start']['seconds']:.1f} s; after that {1 / _each(part):.0f} per second, "
        f"{1000 * busy / count:.2f} ms of processor each."
    )
    yield (
        f"nbgrader: {sum(stock['submissions'])} of them, {stock['seconds_each']:.2f} s each; its start, "
        f"{stock['seconds_start']:.1f} s, is not counted."
    )


def _told_of_code(part: dict[str, Any]) -> Iterator[str]:
    used, stock = part["ours"][0], part["nbgrader"]
    yield (
        f"Coding lesson: {part['submissions']} in {used['seconds']:.1f} s; the first one with the start "
        f"{part['start']['seconds']:.1f} s; after that {1 / _each(part):.1f} per second "
        f"({stock['seconds_each'] / _each(part):.0f} × nbgrader); at most {used['peak_mb']:.0f} MB in "
        f"{used['processes']} processes. nbgrader: {sum(stock['submissions'])}, {stock['seconds_each']:.2f} s each."
    )


def _told_of_latency(found: dict[str, Any]) -> Iterator[str]:
    yield (
        f"Submit to result: {found['submissions']:,} submissions into a gradebook that holds the class: p50 "
        f"{found['p50']:.2f} s, p95 {found['p95']:.2f} s, p99 {found['p99']:.2f} s, longest {found['most']:.2f} s. "
        f"The call of `submit` is part of it (p95 {found['submit_p95']:.3f} s). A page that asks as ours does sees it "
        f"within {found['page_p95']:.2f} s (p95). "
        f"The grader held {found['peak_mb']:.0f} MB at most."
    )


def _each(part: dict[str, Any]) -> float:
    took = median([used["seconds"] for used in part["ours"]])
    return (took - part["start"]["seconds"]) / (part["submissions"] - 1)


def _where(profile: dict[str, Any]) -> list[tuple[str, ...]]:
    looks = Counter(profile["by_function"])
    total = profile["looks"]
    modules: Counter[str] = Counter()
    for name, count in looks.items():
        modules[_module(name)] += count
    rest = total - sum(looks.values())
    rows = [("where", "share", "mostly in")]
    for module, count in modules.most_common(12):
        inner = Counter({_function(name): n for name, n in looks.items() if _module(name) == module})
        most = ", ".join(
            f"`{name}` {100 * n / total:.0f} %" for name, n in inner.most_common(3) if n >= total / 200
        )
        rows.append((module, f"{100 * count / total:.0f} %", most if len(inner) > 1 else ""))
    shown = sum(count for _, count in modules.most_common(12))
    rows.append(("the rest", f"{100 * (rest + sum(modules.values()) - shown) / total:.0f} %", ""))
    return rows


def _module(name: str) -> str:
    """``grading.gradebook`` of ``grading.gradebook.GradebookWriter.record``; the command line counts as start."""
    parts = name.split(".")
    if parts[0] == "cli" or " " in name:
        return "start and imports"
    return ".".join(part for part in parts[:-1] if part == part.lower() and "<" not in part) or parts[0]


def _function(name: str) -> str:
    return name.removeprefix(_module(name) + ".")
