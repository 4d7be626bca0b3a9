"""What a phone loads: our page of a lesson against stock Voila's of the same released notebook, in Chromium.

Bytes are those on the wire, headers included, as Chromium counts them; a first visit with an empty cache, then a
second one. Websocket traffic is not counted, which favours Voila.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from tests.bench.measure import QUICK, keep, median, say
from tests.browser.conftest import PHONE, Visit, chromium, free_port, running_site, wait_for

LESSON = "t14-05"
QUESTION = "input[type=radio]"
RUNS = 1 if QUICK else 3
Load = dict[str, float]


def main() -> None:
    """First and second visit to both, in turns."""
    with contextlib.ExitStack() as opened:
        scratch = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        site = opened.enter_context(running_site(scratch / "course"))
        voila = opened.enter_context(stock_voila(site.places.release / LESSON / f"{LESSON}.ipynb"))
        browser = opened.enter_context(chromium(opened.enter_context(sync_playwright())))

        def ours(page: Page) -> None:
            Visit.sign_in(_signed_in(site, page), "hai.tran")

        found: dict[str, list[tuple[Load, Load]]] = {"our page": [], "stock Voila": []}
        for _ in range(RUNS):
            found["our page"].append(visit_twice(browser, site.hoc(f"bai/{LESSON}"), ours))
            found["stock Voila"].append(visit_twice(browser, voila, lambda _page: None))
        say(f"   {found}")
    keep("pages", {"lesson": LESSON, "visits": found}, rows(found))


def rows(found: dict[str, list[tuple[Load, Load]]]) -> list[tuple[str, ...]]:
    """The table: per visit the medians of both and their ratio."""
    table = [("t14-05", "our page", "stock Voila", "ratio")]
    for visit, name in enumerate(("first visit", "second visit")):
        for what, unit, digits in (("requests", "", 0), ("kilobytes", " kB", 0), ("seconds", " s", 1)):
            ours, stock = (median([pair[visit][what] for pair in pairs]) for pairs in found.values())
            shown = (f"{value:.{digits}f}{unit}" for value in (ours, stock))
            table.append((f"{name}: {what}", *shown, f"{stock / ours:.1f} ×"))
    foreign = (f"{median([pair[0]['foreign'] for pair in pairs]):.0f}" for pairs in found.values())
    table.append(("first visit: requests to other hosts", *foreign, ""))
    return table


def visit_twice(browser: Browser, address: str, before: Callable[[Page], None]) -> tuple[Load, Load]:
    """A first visit with an empty cache, and a second one."""
    context = browser.new_context(viewport=PHONE, locale="vi-VN")
    try:
        page = context.new_page()
        before(page)
        page.goto("about:blank")
        tools = context.new_cdp_session(page)
        tools.send("Network.enable")
        tools.send("Network.clearBrowserCache")
        return load(page, tools, address), load(page, tools, address)
    finally:
        context.close()


def load(page: Page, tools: Any, address: str) -> Load:
    """Requests and bytes until nothing more is asked for, and seconds until the first question can be answered."""
    sizes: dict[str, float] = {}
    asked: list[str] = []

    def note_request(event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            asked.append(event["request"]["url"])

    def note_end(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = event["encodedDataLength"]

    tools.on("Network.requestWillBeSent", note_request)
    tools.on("Network.loadingFinished", note_end)
    started = time.perf_counter()
    page.goto(address)
    page.locator(QUESTION).first.wait_for(state="visible", timeout=120_000)
    took = time.perf_counter() - started
    page.wait_for_load_state("networkidle")
    tools.remove_listener("Network.requestWillBeSent", note_request)
    tools.remove_listener("Network.loadingFinished", note_end)
    page.goto("about:blank")
    host = address.split("/")[2]
    return {
        "requests": len(asked),
        "kilobytes": sum(sizes.values()) / 1000,
        "seconds": took,
        "foreign": sum(url.split("/")[2] != host for url in asked),
    }


@contextlib.contextmanager
def stock_voila(notebook: Path) -> Iterator[str]:
    """Voila as it comes, serving ``notebook``; its address."""
    port = free_port()
    options = ["--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1", "--template=lab"]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "JUPYTER_CONFIG_DIR": home}
        process = subprocess.Popen(
            [sys.executable, "-m", "voila", *options, notebook.name],
            cwd=notebook.parent,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/", process)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(30)


def _signed_in(site: Any, page: Page) -> Any:
    """What `Visit.sign_in` needs."""
    visitor = Visit.__new__(Visit)
    visitor.site, visitor.page = site, page
    return visitor


if __name__ == "__main__":
    main()
