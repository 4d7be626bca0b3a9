"""The other side: Voila as it comes, with the same released notebooks, and how many learners it bears."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser
from playwright.sync_api import Error as BrowserError
from tests.bench.pages import profile
from tests.browser.conftest import wait_for
from tests.ports import free_port

LIBZMQ_SOCKETS = 1023  # in a context, unless a program sets another number; Voila doesn't
START = """
import sys, zmq.asyncio
make = zmq.asyncio.Context.__init__
def small(self, *arguments, **options):
    make(self, *arguments, **options)
    self.max_sockets = {sockets}
zmq.asyncio.Context.__init__ = small
from voila.app import main
main(sys.argv[1:])
"""
GIVING_UP = 60_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Stock:
    """A running stock Voila."""

    url: str
    process: psutil.Process

    def page(self, notebook: str) -> str:
        """The address of a notebook's page."""
        return f"{self.url}voila/render/{notebook}"

    def seconds(self) -> tuple[float, float]:
        """Processor time so far: the server's, and that of the kernels that run."""
        own = self.process.cpu_times()
        kernels = [kernel.cpu_times() for kernel in self.process.children(recursive=True)]
        return own.user + own.system, sum(used.user + used.system for used in kernels)


@contextlib.contextmanager
def stock_voila(*notebooks: Path, sockets: int = LIBZMQ_SOCKETS) -> Iterator[Stock]:
    """Voila in a folder with copies of ``notebooks``; with fewer ``sockets`` it fails sooner."""
    port = free_port()
    options = ["--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1", "--template=lab"]
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "notebooks"
        folder.mkdir()
        for notebook in notebooks:
            (folder / notebook.name).write_bytes(notebook.read_bytes())
        process = subprocess.Popen(
            [sys.executable, "-c", START.format(sockets=sockets), *options, "."],
            cwd=folder,
            env={**os.environ, "HOME": home, "JUPYTER_CONFIG_DIR": home},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        url = f"http://127.0.0.1:{port}/"
        try:
            wait_for(url, process)
            yield Stock(url, psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait(60)


def borne(browser: Browser, notebook: Path, ready: str, sockets: int) -> int:
    """How many learners have the lesson open before one gets none, where a context may have ``sockets`` sockets."""
    with stock_voila(notebook, sockets=sockets) as stock, contextlib.ExitStack() as opened:
        for learners in range(sockets):
            page = opened.enter_context(profile(browser)).new_page()
            try:
                page.goto(stock.page(notebook.name), timeout=GIVING_UP)
                page.locator(ready).first.wait_for(state="visible", timeout=GIVING_UP)
            except BrowserError:
                return learners
    raise SystemExit(f"{sockets} sockets were enough for {sockets} learners: this measures nothing")
