"""``make bench-site``: the learner's site beside stock Voila, in the same run, with the same notebooks and browser.

Each row ends in build/bench/site.json as ``{stock, ours, must, aim, met}``, where ``met`` is "aim", "must", "no" or
null (not measured here). What is measured, and from where to where, stands in docs/benchmarks.md.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser
from tests.bench import site_report
from tests.bench.measure import QUICK, ROOT, say
from tests.bench.pages import browsing, open_page, profile, signed_in
from tests.bench.stock_voila import LIBZMQ_SOCKETS, Stock, borne, stock_voila
from tests.browser.conftest import Site, running_site
from tests.load.machine import watched

LESSON, SECOND, LIVE = "t14-05", "t20-01", "an-cot"
LEARNER = "hai.tran"
QUESTION = ".hv-question input[type=radio]:enabled"
WIDGET = "input[type=checkbox]:enabled"
RUNS = 1 if QUICK else 5
SLOW_RUNS = 1 if QUICK else 3
OPENINGS, STOCK_OPENINGS = (50, 2) if QUICK else (200, 5)
SOCKETS = 20 if QUICK else 64  # that stock Voila's context may have, so that it fails within a minute or two
LOAD_REPORT = ROOT / "build" / "load" / "report.json"


@dataclass
class Found:
    """All that was measured, by row: each side's values, one per run."""

    ours: dict[str, list[float]] = field(default_factory=dict)
    stock: dict[str, list[float]] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)

    def note(self, side: str, **values: float) -> None:
        """Add one run's values."""
        for row, value in values.items():
            getattr(self, side).setdefault(row, []).append(value)


@dataclass
class Bench:
    """Both sides, running."""

    site: Site
    stock: Stock
    browser: Browser
    cookies: Any
    found: Found = field(default_factory=Found)

    def sides(self) -> Iterator[tuple[str, Callable[[str], str], Any]]:
        """Ours and stock: the name, the address of a lesson's page, the cookies of one who may open it."""
        yield "ours", lambda lesson: self.site.hoc(f"bai/{lesson}"), self.cookies
        yield "stock", lambda lesson: self.stock.page(f"{lesson}.ipynb"), None

    def visits(self) -> None:
        """A first visit to a lesson and then another lesson, in a new profile."""
        for side, page, cookies in self.sides():
            with profile(self.browser, cookies) as context:
                first = open_page(context, page(LESSON), QUESTION)
                second = open_page(context, page(SECOND), QUESTION)
            self.found.note(
                side,
                first_visit_kb=first.kilobytes,
                first_visit_requests=first.requests,
                second_lesson_kb=second.kilobytes,
                other_hosts=first.foreign,
            )
            self.found.beside[f"{side}_first_visit"] = list(first.addresses)
            say(
                f"   {side}: {first.requests} requests, {first.kilobytes:.0f} kB; then {second.kilobytes:.1f} kB"
            )

    def slow_phone(self) -> None:
        """Until the first question can be answered, on a phone with a slow network and processor."""
        for side, page, cookies in self.sides():
            with profile(self.browser, cookies) as context:
                took = open_page(context, page(LESSON), QUESTION, slow=True).seconds
            self.found.note(side, first_answer_seconds=took)
            say(f"   {side}: a slow phone waits {took:.1f} s")

    def live(self) -> None:
        """A first visit to a live lesson."""
        pages = {
            "ours": (self.site.hoc(f"song/{SECOND}/{LIVE}"), self.cookies),
            "stock": (self.stock.page(f"live-{LIVE}.ipynb"), None),
        }
        for side, (page, cookies) in pages.items():
            with profile(self.browser, cookies) as context:
                load = open_page(context, page, WIDGET)
            self.found.note(side, live_kb=load.kilobytes, other_hosts=load.foreign)
            say(f"   {side}: the live lesson is {load.kilobytes:.0f} kB in {load.requests} requests")

    def processor(self) -> None:
        """What one opening costs the server: everything that a browser asked at its first visit, asked again."""
        headers = headers_of(self.cookies, self.site)
        with httpx.Client(headers=headers, timeout=60) as client:
            ask_all(client, self.found.beside["ours_first_visit"])
            with watched(os.getpid()) as work:
                for _ in range(OPENINGS):
                    ask_all(client, self.found.beside["ours_first_visit"])
        each = {part: 1000 * used / OPENINGS for part, used in work.processor_seconds.items()}
        self.found.note("ours", server_cpu_ms=each["site"])
        self.found.beside |= {"hub_cpu_ms": each["hub"], "proxy_cpu_ms": each["proxy"]}
        with httpx.Client(timeout=60) as client:
            before = self.stock.seconds()
            for _ in range(STOCK_OPENINGS):
                ask_all(client, self.found.beside["stock_first_visit"])
            server, kernels = (b - a for a, b in zip(before, self.stock.seconds(), strict=True))
        self.found.note("stock", server_cpu_ms=1000 * server / STOCK_OPENINGS)
        self.found.beside["stock_kernel_cpu_ms"] = 1000 * kernels / STOCK_OPENINGS
        say(
            f"   processor of the site {each['site']:.1f} ms, of Voila {1000 * server / STOCK_OPENINGS:.0f} ms"
        )


def main() -> None:
    """Measure everything, write build/bench/site.json, and in a full run docs/benchmarks.md."""
    started = time.perf_counter()
    with contextlib.ExitStack() as opened:
        scratch = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        site = opened.enter_context(running_site(scratch / "course"))
        browser = opened.enter_context(browsing())
        release = site.places.release
        notebooks = (
            release / LESSON / f"{LESSON}.ipynb",
            release / SECOND / f"{SECOND}.ipynb",
            release / SECOND / f"live-{LIVE}.ipynb",
        )
        with stock_voila(*notebooks) as stock:
            bench = Bench(site, stock, browser, signed_in(browser, site, LEARNER))
            for _ in range(RUNS):
                bench.visits()
                bench.live()
            for _ in range(SLOW_RUNS):
                bench.slow_phone()
            bench.processor()
        learners = borne(browser, notebooks[0], QUESTION, SOCKETS)
    bench.found.note("stock", learners_at_once=round(learners * LIBZMQ_SOCKETS / SOCKETS))
    bench.found.beside |= {"stock_sockets": SOCKETS, "stock_learners_with_them": learners}
    say(f"   stock Voila: {learners} learners with {SOCKETS} sockets")
    add_load(bench.found)
    add_kernels(bench.found)
    say(f"   ({time.perf_counter() - started:.0f} s)")
    site_report.write(bench.found)


def headers_of(cookies: Any, site: Site) -> dict[str, str]:
    """What a signed-in browser sends along."""
    held = [c for c in cookies["cookies"] if site.hoc().removeprefix(site.url).startswith(c["path"])]
    token = max((c for c in held if c["name"] == "_xsrf"), key=lambda c: len(c["path"]))["value"]
    return {
        "Cookie": "; ".join(f"{c['name']}={c['value']}" for c in sorted(held, key=lambda c: -len(c["path"]))),
        "X-XSRFToken": token,
        "Accept-Encoding": "gzip",
    }


def ask_all(client: httpx.Client, addresses: list[str]) -> None:
    """Ask for each; what fails ends the benchmark, but for what needs its page's kernel or another host."""
    host = addresses[0].split("/")[2]
    for address in addresses:
        if address.split("/")[2] == host and "/api/kernels/" not in address:
            client.get(address).raise_for_status()


def add_load(found: Found) -> None:
    """Learners at once, from the last ``make load``, where there was one."""
    if LOAD_REPORT.is_file():
        report = json.loads(LOAD_REPORT.read_text("utf-8"))
        found.note("ours", learners_at_once=report["learners_at_once"])
        found.beside["load"] = {name: report[name] for name in ("quick", "machine", "breaks_first")}


def add_kernels(found: Found) -> None:
    """Kernels of live lessons, as `tests.bench.kernels` measures them."""
    if importlib.util.find_spec("tests.bench.kernels"):
        told = importlib.import_module("tests.bench.kernels").measure()
        found.note("ours", kernel_ready_ms=1000 * told["kernel_ready_seconds"], private_mb=told["private_mb"])
        found.note(
            "stock",
            kernel_ready_ms=1000 * told["kernel_ready_stock_seconds"],
            private_mb=told["private_stock_mb"],
        )


if __name__ == "__main__":
    main()
