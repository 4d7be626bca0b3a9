"""What a browser is sent when a page is opened: Chromium's own count, from the network layer, in a new profile.

Requests and bytes are those of the page and of its service worker, answers' headers included; what comes over a
websocket (the messages of a kernel with all its widgets) is not counted, which favours stock Voila. What a browser
takes from its own cache is not counted either.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from tests.browser.conftest import PHONE, Site, Visit, chromium

SLOW = {
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 750e3 / 8,
}  # "slow 4G", as Lighthouse has it
SLOWER = 4  # times slower than this machine's processor
SETTLED = 1_500  # milliseconds after the last request: time for a service worker to fetch what it keeps
PATIENCE = 180_000


@dataclass(frozen=True, slots=True)
class Load:
    """One opening of a page: the addresses that were sent, and the seconds until ``ready`` could be used."""

    addresses: tuple[str, ...]
    kilobytes: float
    seconds: float
    foreign: int

    @property
    def requests(self) -> int:
        """How many there were."""
        return len(self.addresses)


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """Debian's Chromium, which also tells of its service workers' requests."""
    os.environ["PW_EXPERIMENTAL_SERVICE_WORKER_NETWORK_EVENTS"] = "1"
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield browser


def signed_in(browser: Browser, site: Site, name: str) -> Any:
    """The cookies of someone who has signed in: with them a new profile opens any page at once."""
    with contextlib.closing(browser.new_context(locale="vi-VN")) as context:
        Visit(site, context).sign_in(name)
        return context.storage_state()


@contextlib.contextmanager
def profile(browser: Browser, cookies: Any = None) -> Iterator[BrowserContext]:
    """A new profile of a phone's size: nothing is cached, no worker is installed."""
    kept = {"cookies": cookies["cookies"]} if cookies else None
    with contextlib.closing(
        browser.new_context(viewport=PHONE, locale="vi-VN", storage_state=kept)
    ) as context:
        context.set_default_timeout(PATIENCE)
        yield context


def open_page(context: BrowserContext, address: str, ready: str, *, slow: bool = False) -> Load:
    """Open ``address`` in a new tab and wait until ``ready`` can be used and nothing more is asked for."""
    page = context.new_page()
    tools = context.new_cdp_session(page)
    asked: dict[str, str] = {}
    sizes: dict[str, float] = {}
    workers: list[Any] = []

    def note_request(event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            asked[event["requestId"]] = event["request"]["url"]

    def note_end(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = event["encodedDataLength"]

    def note_cached(event: dict[str, Any]) -> None:
        asked.pop(event["requestId"], None)

    def note_worker(request: Any) -> None:
        if request.service_worker:
            workers.append(request)

    tools.on("Network.requestWillBeSent", note_request)
    tools.on("Network.loadingFinished", note_end)
    tools.on("Network.requestServedFromCache", note_cached)
    context.on("requestfinished", note_worker)
    tools.send("Network.enable")
    if slow:
        tools.send("Network.emulateNetworkConditions", {"offline": False, **SLOW})
        tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(ready).first.wait_for(state="visible")
    took = time.perf_counter() - started
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(SETTLED)
    of_workers = [(request.url, _size(request)) for request in workers]
    context.remove_listener("requestfinished", note_worker)
    page.close()
    sent = {url: size for key, url in asked.items() if (size := sizes.get(key, 0.0)) or key not in sizes}
    sent |= {url: size for url, size in of_workers if size}
    return Load(tuple(sent), sum(sent.values()) / 1000, took, sum(_is_foreign(url, address) for url in sent))


def _size(request: Any) -> float:
    """Bytes over the wire of a worker's request; 0 when they came from the browser's cache."""
    told = request.sizes()
    return (
        float(told["responseBodySize"] + told["responseHeadersSize"]) if told["responseBodySize"] > 0 else 0.0
    )


def _is_foreign(url: str, address: str) -> bool:
    return url.split("/")[2] != address.split("/")[2]
