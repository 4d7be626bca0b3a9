"""What every benchmark needs: runs that take turns, medians, the machine, and a JSON file of results."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "build" / "bench"
QUICK = bool(os.environ.get("QUICK"))
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "integration")]


def say(line: str) -> None:
    """Tell the one who waits."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def in_turns(ways: Mapping[str, Callable[[int], float]], runs: int) -> dict[str, list[float]]:
    """What each way gives, ``runs`` times in turns, so that a busy machine is as busy for one as for the other."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for run in range(runs):
        for name, way in ways.items():
            found[name].append(way(run))
            say(f"   {name}: {found[name][-1]:.2f}")
    return found


def seconds(act: Callable[[], object]) -> float:
    """How long ``act`` takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def median(values: list[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def spread(values: list[float]) -> str:
    """The smallest and the largest."""
    return f"{min(values):.3g}–{max(values):.3g}"


def keep(name: str, results: Mapping[str, Any], table: list[tuple[str, ...]]) -> None:
    """Write ``build/bench/<name>.json`` and show the table; its first row is the head."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    record = {"benchmark": name, "quick": QUICK, "machine": machine(), **results}
    (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    head, *rows = table
    lines = ["| " + " | ".join(row) + " |" for row in (head, tuple("---" for _ in head), *rows)]
    (RESULTS / f"{name}.md").write_text("\n".join(lines) + "\n", "utf-8")
    say("\n".join(lines))


def machine() -> dict[str, Any]:
    """What it ran on, and how busy that was."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.system(),
        "python": platform.python_version(),
        "processor": _processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "disk": _file_system(),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _file_system() -> str:
    """The kind of file system that the courses of a benchmark lie on."""
    place = os.path.realpath(tempfile.gettempdir())
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    above = [(len(point), kind) for point, kind in mounts if f"{place}/".startswith(point.rstrip("/") + "/")]
    return max(above)[1] if above else "?"
