"""Our shell shows what nbclient with a real ipykernel shows, cell by cell and output by output.

What is made alike before comparing, because no two runs of a kernel agree on it either: memory addresses, measured
times, process numbers, folders' random names, random ids of widgets, how often a traceback's frame is repeated (the
frames below the first cell differ), and where one stream's text is cut into pieces (a clock decides it).
"""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from kernels_cases import CASES, TIMEOUTS

BOTH = Path(__file__).parent / "kernels_both.py"
SAME = [
    (r"0x[0-9a-f]{6,}", "ADDRESS"),
    (r"ipykernel_\d+", "ipykernel_N"),
    (r"\b[0-9a-f]{32}\b", "ID"),
    (r"/tmp/tmp\w+", "FOLDER"),  # noqa: S108
    (r"[\d.]+(e\+\d+)? (ns|μs|us|ms|s)\b", "TIME"),
    (r"Thread-\d+", "Thread-N"),
    (r"Task-\d+", "Task-N"),
    (r"-f \S+\.json", "-f CONNECTION"),
]

pytestmark = pytest.mark.slow


def run(way: str, cases: dict[str, list[str]], seconds: float, *more: str) -> dict[str, list]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, str(BOTH), way, str(seconds), *more],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return json.loads(done.stdout)


def alike(outputs: object) -> object:
    """One cell's outputs without what differs from run to run."""
    if isinstance(outputs, str):
        return outputs
    merged: list[dict] = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output["output_type"] == last.get("output_type") == "stream" and output["name"] == last["name"]:
            last["text"] += output["text"]
        else:
            merged.append(dict(output))
    for output in merged:
        if output["output_type"] == "error":
            output["traceback"] = [line for line, _ in itertools.groupby(output["traceback"])]
    text = json.dumps(merged, ensure_ascii=False, sort_keys=True)
    for pattern, name in SAME:
        text = re.sub(pattern, name, text)
    return json.loads(text)


def compare(cases: dict[str, list[str]], seconds: float, *more: str) -> None:
    kernel, shell = run("kernel", cases, seconds, *more), run("shell", cases, seconds)
    different = {
        name: {"kernel": theirs, "shell": ours}
        for name in cases
        if (theirs := [alike(o) for o in kernel[name]]) != (ours := [alike(o) for o in shell[name]])
    }
    assert different == {}


@pytest.mark.parametrize("group", sorted({name.partition("-")[0] for name in CASES}))
def test_cells_show_what_a_kernel_shows(group: str):
    """Every case of the group, exactly."""
    cases = {name: cells for name, cells in CASES.items() if name.startswith(f"{group}-")}
    compare(cases, 30, *(["pausing"] if group == "raw" else []))


def test_an_endless_cell_shows_what_a_kernel_shows():
    """The cell is interrupted, says so, and the next cell runs."""
    compare(TIMEOUTS, 2)
