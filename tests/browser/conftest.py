"""A whole running site, built the way an operator builds one, and a real browser in front of it."""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from hocvuso.hub.accounts import add_account
from hocvuso.places import Places
from tests.built import copy_built
from tests.ports import free_port

REPO = Path(__file__).resolve().parents[2]
SERVE = """
import sys
from pathlib import Path
from hocvuso.demo.run import open_site
from hocvuso.places import Places
sys.exit(open_site(Places(Path(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2])))
"""
KERNEL = "hocvuso-kernel"  # the name of a process that serves a live example
FINISHED = "quyen.nm"  # whose name is typed decomposed
PATIENCE = 120  # seconds for whatever is waited for: costs nothing when it comes, and a machine may be slow
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
]


@dataclass
class Site:
    """The running site: where it is, who may sign in, and its places on disk."""

    url: str
    places: Places
    pid: int
    passwords: dict[str, str] = field(default_factory=dict)

    def hoc(self, path: str = "") -> str:
        """An address of the lesson service."""
        return f"{self.url}/services/hoc/{path}"

    def processes(self, word: str) -> list[psutil.Process]:
        """What runs for this site now and has ``word`` in its name or its command line."""
        found = []
        for process in psutil.Process(self.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):  # it may have ended meanwhile
                if word in " ".join([process.name(), *process.cmdline()]):
                    found.append(process)
        return found

    def kill_kernels(self) -> int:
        """Kill every kernel of this site, as a crash would; says how many there were."""
        killed = 0
        for kernel in self.processes(KERNEL):
            with contextlib.suppress(psutil.NoSuchProcess):
                kernel.kill()
                killed += 1
        return killed


def make_course(root: Path) -> Places:
    """A fresh course folder with this repository's lessons, built."""
    root.mkdir(exist_ok=True)
    shutil.copy(REPO / "nbgrader_config.py", root)
    for name in ("autograde", "exchange"):
        (root / name).mkdir()
    return copy_built(root)


def command(places: Places, *words: str) -> None:
    """Run one command as an operator does."""
    subprocess.run([sys.executable, "-m", "hocvuso", "--root", str(places.root), *words], check=True)


def wait_for(url: str, process: subprocess.Popen) -> None:
    """Wait until ``url`` answers; a server that ended says so at once."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"{url} did not answer within {PATIENCE} s")


@contextlib.contextmanager
def running_site(root: Path):
    """Hub, site, grader and issuer of a fresh course; the sample learner has every lesson but t14-05 behind them.

    A second one, `FINISHED`, has all of them, and so a certificate as soon as the issuer has looked.
    """
    from hocvuso.demo.people import VISITOR, sample_class
    from hocvuso.demo.run import mark_as_demo, write_people
    from hocvuso.demo.school import attend
    from hocvuso.hub.accounts import add_account, prepare_demo_accounts

    places = make_course(root)
    mark_as_demo(places)
    command(places, "release")
    command(places, "people", str(write_people(places, sample_class())))
    some = tuple(person for person in sample_class() if person.learner in {VISITOR, FINISHED})
    attend(places, some, report=lambda _: None)
    command(places, "grade")
    accounts = prepare_demo_accounts(places)
    for name in ("hai.tran", FINISHED):
        accounts[name] = "mat-khau-cua-nguoi-thu-hai"
        add_account(places, name, accounts[name])
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(places.root), str(port)], start_new_session=True
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/services/hoc/xac-minh", process)
        yield Site(f"http://127.0.0.1:{port}", places, process.pid, accounts)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise


@contextlib.contextmanager
def chromium(playwright):
    """Debian's Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is missing: install the package «chromium»"
    flags = CHROMIUM_FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    browser = playwright.chromium.launch(executable_path=path, args=flags)
    try:
        yield browser
    finally:
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The whole site, running."""
    with running_site(tmp_path_factory.mktemp("course")) as running:
        yield running


@pytest.fixture(scope="session")
def browser():
    """A real browser."""
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright, chromium(playwright) as started:
        yield started


class Visit:
    """One person's browser: notes every host asked and every script error."""

    def __init__(self, site: Site, context: BrowserContext) -> None:
        self.site = site
        self.context = context
        self.foreign: list[str] = []
        self.broken: list[str] = []
        context.on("request", self._note)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                self.broken.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )

    def _note(self, request) -> None:
        if not re.match(
            rf"({re.escape(self.site.url)}|ws://{re.escape(self.site.url[7:])}|data:|blob:)", request.url
        ):
            self.foreign.append(request.url)

    def sign_in(self, name: str) -> None:
        """Through the hub's own sign-in page."""
        self.page.goto(self.site.hoc())
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", self.site.passwords[name])
        self.page.click("form [type=submit]")
        self.page.wait_for_url(re.compile(r".*/services/hoc/?$"))

    def wait_for_certificate(self) -> None:
        """Until the issuer has seen this learner's results and the page shows the certificate."""
        deadline = time.monotonic() + PATIENCE
        self.page.goto(self.site.hoc("chung-nhan"))
        while not self.page.locator(".hv-certificate").count() and time.monotonic() < deadline:
            self.page.wait_for_timeout(500)
            self.page.reload()
        expect(self.page.locator(".hv-certificate")).to_have_count(1)

    def xsrf(self) -> str:
        """The token that the site's own scripts send along.

        Asked of the browser, not of the page: a page that waits for its result may be reloading.
        """
        held = [c for c in self.context.cookies(self.page.url) if c["name"] == "_xsrf"]
        return max(held, key=lambda cookie: len(cookie["path"]))["value"] if held else ""


@pytest.fixture
def newcomer(site):
    """A learner who has done nothing yet; no other test knows them."""
    return add_newcomer(site)


def add_newcomer(site: Site) -> str:
    """A new account; its name."""
    name, password = f"moi.{secrets.token_hex(4)}", secrets.token_urlsafe(16)
    add_account(site.places, name, password)
    site.passwords[name] = password
    return name


@pytest.fixture
def visit(site, browser: Browser):
    """Opens a browser of its own for one person: ``visit("hocvien", PHONE)``; checks foreign hosts at the end."""
    opened: list[Visit] = []

    def open_for(name: str | None = None, viewport=PHONE, **options) -> Visit:
        context = browser.new_context(viewport=viewport, locale="vi-VN", accept_downloads=True, **options)
        context.set_default_timeout(PATIENCE * 1000)
        person = Visit(site, context)
        opened.append(person)
        if name:
            person.sign_in(name)
        return person

    yield open_for
    foreign = [url for person in opened for url in person.foreign]
    broken = [text for person in opened for text in person.broken]
    for person in opened:
        person.context.close()
    assert foreign == [], "the browser asked other hosts"
    assert broken == [], "scripts failed or the policy blocked something"


def load(path: Path) -> dict:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
