"""``make bench-grading``: the grader beside ``nbgrader autograde``, on the same submissions, in the same run.

What is measured, and from where to where, stands in docs/benchmarks.md. Both sides run as commands, one after the
other, on the same machine. The run ends with a failure when the two sides give different grades or when anything was
not graded: then there is nothing to compare. A figure that can't be had (no such command yet) is null.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.bench import grading_report, latency, sizes, stock, where
from tests.bench.class_maker import (
    START,
    hand_in_class,
    hand_in_labs,
    learners,
    settle,
    waiting_names,
)
from tests.bench.measure import QUICK, ROOT, say
from tests.bench.processes import Used, hocvuso, run

from hocvuso.cli import main as command
from hocvuso.lessons.build import build
from hocvuso.lessons.release import release
from hocvuso.places import Places
from hocvuso.records.tables import open_gradebook

WIDGETS, CODE = "t14-05", "t18-90"
WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything."""

    widgets: int
    runs: int
    stock_widgets: int
    code: int
    stock_code: int
    profile: int
    seconds: float


PLAN = Plan(2_000, 1, 4, 40, 3, 600, 30) if QUICK else Plan(WHOLE, 3, 20, 300, 10, 4_000, 120)
RATE = 20.0


def main() -> None:
    """Measure everything, write build/bench/grading.json, and in a full run docs/benchmarks.md."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        bench = Bench(Path(scratch))
        raw: dict[str, Any] = {}
        failed: list[str] = []
        for name, part in (
            ("widgets", bench.widgets),
            ("limit", bench.limit),
            ("sizes", bench.sizes),
            ("regrade", bench.regrade),
            ("latency", bench.latency),
            ("code", bench.code),
            ("profile", bench.profile),
        ):
            say(f" {name}")
            started = time.perf_counter()
            try:
                raw[name] = part()
            except SystemExit as failure:  # the other figures are still worth having
                failed.append(f"{name}: {failure}")
                raw[name] = None
            say(f"   ({time.perf_counter() - started:.0f} s) {grading_report.brief(raw[name])}")
        if raw["widgets"] and raw["limit"]:
            grading_report.write(raw, WHOLE, whole_run=not failed)
    if failed:
        raise SystemExit("\n".join(failed))


class Bench:
    """One course, built and released once; every part works on copies of it."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch

    @cached_property
    def _released(self) -> Places:
        root = self._scratch / "released"
        for lesson, text in (
            (WIDGETS, ROOT / "notebooks" / "lessons" / WIDGETS[:3] / f"{WIDGETS}.md"),
            (CODE, Path(__file__).parent / "lessons" / f"{CODE}.md"),
        ):
            target = root / "notebooks" / "lessons" / lesson[:3] / f"{lesson}.md"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(text, target)
        (root / "nbgrader_config.py").touch()
        places = Places(root)
        if not build(places).ok:
            raise SystemExit("the lessons can't be built")
        release(places, now=START)
        return places

    def _course(self, name: str) -> Places:
        root = self._scratch / name
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self._released.root, root)
        return Places(root)

    def _grade(self, places: Places, count: int) -> Used:
        """``hocvuso grade`` of the ``count`` that wait; all of them must be graded."""
        settle()
        used = run(hocvuso(places.root, "grade"))
        if f"{count} bài" not in used.told or any(waiting_names(places)):
            raise SystemExit(f"not everything was graded: {used.told}")
        return used

    def _side_by_side(
        self, edition: str, names: Sequence[str], places: Places, ours: Callable[[], list[Used]]
    ) -> dict[str, Any]:
        """nbgrader on some of the waiting ``names``, half of them before and half after ours."""
        root = stock.make_stock_course(self._released, self._scratch / f"stock-{edition}", edition)
        half = len(names) // 2
        first, before, after = names[:1], names[1 : 1 + half], names[1 + half :]
        stock.collect(places, root, edition, names)
        submitted, aside = root / "submitted", root / "aside"
        submitted.rename(aside)
        times: list[Used] = []

        def some(part: Sequence[str]) -> None:
            for name in part:
                shutil.move(aside / name.split("+", 1)[0], submitted / name.split("+", 1)[0])
            times.append(stock.autograde(root, edition))

        submitted.mkdir()
        some(first)
        some(before)
        graded = ours()
        some(after)
        stock.check_same(places, root, edition, [name.split("+", 1)[0] for name in names])
        each = sum(used.seconds - times[0].seconds for used in times[1:]) / (len(names) - 3)
        return {
            "ours": [used.record() for used in graded],
            "nbgrader": {
                "submissions": [1, len(before), len(after)],
                "runs": [used.record() for used in times],
                "seconds_each": each,
                "seconds_start": times[0].seconds - each,
            },
        }

    def _start(self, edition: str) -> Used:
        """One submission: start and imports, mostly."""
        places = self._course("one")
        (hand_in_class if edition == WIDGETS else hand_in_labs)(places, edition, learners(1))
        return self._grade(places, 1)

    def widgets(self) -> dict[str, Any]:
        """The question lesson."""
        count = PLAN.widgets
        places = self._course("widgets")
        names = hand_in_class(places, WIDGETS, learners(count))
        spare = [self._course(f"widgets-{n}") for n in range(1, PLAN.runs)]
        for other in spare:
            hand_in_class(other, WIDGETS, learners(count))
        start = self._start(WIDGETS)

        def ours() -> list[Used]:
            found = []
            for other in (*spare, places):  # the last one is kept for the parts below
                found.append(self._grade(other, count))
                say(f"   {count} in {found[-1].seconds:.1f} s, at most {found[-1].peak_mb:.0f} MB")
                if other is not places:
                    shutil.rmtree(other.root)
            return found

        waits = self._scratch / "waits"  # what the plain loop reads
        shutil.copytree(places.inbound, waits)
        found = self._side_by_side(WIDGETS, names[: 2 * PLAN.stock_widgets + 1], places, ours)
        found |= {"submissions": count, "start": start.record()}
        return found

    def limit(self) -> dict[str, Any]:
        """The plain loop over the same submissions; it must come to the same points."""
        places = self._course("limit")
        with open_gradebook(places):
            pass  # our tables
        places.inbound.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(places.inbound, ignore_errors=True)
        (self._scratch / "waits").rename(places.inbound)
        settle()
        words = ["-m", "tests.bench.limit", str(places.root), WIDGETS]
        used = [run([hocvuso(ROOT)[0], *words], cwd=ROOT)]
        count, points = map(int, used[0].told.split())
        query = "SELECT count(*), sum(points) FROM hocvuso_scores"
        if [(count, points)] != self._asked("widgets", query):
            raise SystemExit(f"the plain loop gave other points: {used[0].told}")
        shutil.rmtree(places.root)
        return {"submissions": count, "seconds": used[0].seconds, "run": used[0].record()}

    def sizes(self) -> dict[str, Any]:
        """Disk, inodes, rows, export: of the class that was graded."""
        return sizes.measure(Places(self._scratch / "widgets"), self._released, PLAN.widgets, WIDGETS)

    def latency(self) -> dict[str, Any]:
        """A steady stream into a gradebook that holds the class already."""
        log = self._scratch / "watch.log"
        found = latency.measure(
            Places(self._scratch / "widgets"), WIDGETS, rate=RATE, duration=PLAN.seconds, log=log
        )
        if found.lost:
            raise SystemExit(
                f"{found.lost} submissions had no result in time:\n{log.read_text('utf-8')[-2000:]}"
            )
        return {
            "rate": RATE,
            "duration": PLAN.seconds,
            "submissions": len(found.seconds),
            "p50": latency.percentile(found.seconds, 0.5),
            "p95": latency.percentile(found.seconds, 0.95),
            "p99": latency.percentile(found.seconds, 0.99),
            "most": max(found.seconds),
            "submit_p95": latency.percentile(found.submit_seconds, 0.95),
            "page_p95": latency.percentile(found.page_seconds, 0.95),
            "peak_mb": found.peak_mb,
        }

    def regrade(self) -> dict[str, Any] | None:
        """A question's key was wrong: corrected in the lesson, built, released, then regraded."""
        if "regrade" not in command.commands:
            return None
        places = Places(self._scratch / "widgets")
        query = "SELECT count(*), sum(auto_score) FROM grade"
        before = self._asked("widgets", query)
        started = self._regrade(Places(self._scratch / "one"))  # one submission: start and imports, mostly
        used = self._regrade(places)
        if self._asked("widgets", query) == before:
            raise SystemExit(f"the corrected key changed no score: {used.told}")
        count = self._asked("widgets", "SELECT count(*) FROM submitted_assignment")[0][0]
        return {"submissions": count, "ours": [used.record()], "start": started.record()}

    def _regrade(self, places: Places) -> Used:
        path = places.lessons / WIDGETS[:3] / f"{WIDGETS}.md"
        text = path.read_text("utf-8")
        at = text.index('    key="')
        old = text[at + 9]
        new = "a" if old != "a" else "b"
        path.write_text(f"{text[: at + 9]}{new}{text[at + 10 :]}", "utf-8")
        run(hocvuso(places.root, "build", WIDGETS))
        run(hocvuso(places.root, "release", WIDGETS))
        settle()
        return run(hocvuso(places.root, "regrade", WIDGETS))

    def code(self) -> dict[str, Any]:
        """The coding lesson, out of JupyterLabs, in the box."""
        places = self._course("code")
        names = hand_in_labs(places, CODE, learners(PLAN.code))
        start = self._start(CODE)
        found = self._side_by_side(
            CODE, names[: 2 * PLAN.stock_code + 1], places, lambda: [self._grade(places, PLAN.code)]
        )
        states = self._asked("code", "SELECT state, count(*) FROM hocvuso_scores GROUP BY state")
        if states != [("graded", PLAN.code)]:
            raise SystemExit(f"code was not graded: {states}")
        return found | {"submissions": PLAN.code, "start": start.record()}

    def profile(self) -> dict[str, Any]:
        """Where the time goes: question lessons only."""
        places = self._course("profile")
        hand_in_class(places, WIDGETS, learners(PLAN.profile))
        settle()
        out = self._scratch / "looks"
        words = ["-m", "tests.bench.where", str(out), "--", "--root", str(places.root), "grade"]
        used = run([hocvuso(ROOT)[0], *words], cwd=ROOT)
        looks = where.read(out)
        return {
            "submissions": PLAN.profile,
            "run": used.record(),
            "looks": sum(looks.values()),
            "by_function": dict(looks.most_common(60)),
        }

    def _asked(self, course: str, query: str) -> list[tuple[Any, ...]]:
        database = Places(self._scratch / course).var / "grader" / "gradebook.db"
        with closing(sqlite3.connect(database)) as connection:
            return connection.execute(query).fetchall()


if __name__ == "__main__":
    main()
