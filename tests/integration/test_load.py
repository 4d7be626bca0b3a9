"""The load generator, very small: nothing is lost and nothing fails. How long things take `make load` says."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest
from tests.load import course
from tests.load.__main__ import TINY, run
from tests.load.live import TOUCHED
from tests.load.machine import watched
from tests.load.report import SAVED, tables

pytestmark = pytest.mark.slow


def test_ten_learners_lose_nothing_and_see_no_failure(tmp_path: Path):
    """All sign in, answer, hand in, get the grade that their answers are worth; two use a live lesson."""
    report = run(TINY, tmp_path.resolve(), quick=True)
    [learning], [live] = report.steps, report.live
    assert learning.lost == []
    assert learning.phase.seen.failures == {}
    assert learning.phase.served == TINY.learners
    assert len(learning.phase.seen.times[SAVED]) >= 8 * TINY.learners
    assert live.phase.seen.failures == {}
    assert live.phase.served == TINY.live
    assert len(live.phase.seen.times[TOUCHED]) >= TINY.live
    assert report.errors_logged == {}
    record = report.record()
    assert record["live_at_once"] == TINY.live
    assert {"hub", "proxy", "site", "grader"} <= set(record["steps"][0]["machine"]["peak_mb"])
    assert "load × 1" in tables(record)


def test_errors_in_the_logs_are_counted(tmp_path: Path):
    """A line of a process's log that tells of an error is one; a warning is none."""
    places = course.Places(tmp_path)
    (places.var / "logs").mkdir(parents=True)
    (places.var / "logs" / "hub.log").write_text(
        "[E 2026] ERROR x\nWARNING y\nTraceback (most\n", encoding="utf-8"
    )
    (places.var / "logs" / "grade.log").write_text("INFO ERRORS_LOGGED=0\n", encoding="utf-8")
    assert course.errors_logged(places) == {"hub": 2}


def test_processor_time_of_this_process_is_seen():
    """What works is counted as working, also beside a process that is looked at."""

    async def work() -> None:
        total = 0
        for number in range(2_000_000):
            total += number

    other = subprocess.Popen(["sleep", "infinity"])
    try:
        with watched(other.pid) as seen:
            asyncio.run(work())
    finally:
        other.kill()
        other.wait()
    assert seen.processor_seconds["generator"] > 0
    assert seen.platform_seconds == sum(
        s for part, s in seen.processor_seconds.items() if part != "generator"
    )
