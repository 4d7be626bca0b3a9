"""A real hub with a real proxy in a folder of its own, driven as a browser would drive it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import nbformat
import postgresql
import psutil
import pytest
from tests.ports import free_port
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from hocvuso.hub.accounts import add_account, prepare_demo_accounts
from hocvuso.hub.settings import HubSettings
from hocvuso.kernels.zygote import Zygote
from hocvuso.places import Places

PATIENCE = 240  # seconds; a hub that starts in five takes two minutes where twenty others want the machine
PASSWORD = "trâu chậm uống nước đục"
_CONFIG = """
import os
from pathlib import Path
from hocvuso.hub.jupyterhub import configure
from hocvuso.hub.provider_settings import ProviderSettings
from hocvuso.hub.settings import HubSettings
from hocvuso.hub.spawner import LabSpawner
from hocvuso.places import Places


class Watched(LabSpawner):
    # tells the test which token it hands to the server; the hub keeps only a hash
    async def start(self):
        (Path({root!r}) / f"token-{{self.user.name}}").write_text(self.api_token)
        return await super().start()


provider = ProviderSettings.from_environment(os.environ)
configure(get_config(), Places(Path({root!r})), settings=HubSettings(**{settings!r}), provider=provider)
c.JupyterHub.spawner_class = Watched
"""


def wait_for(
    what: str, seen: Callable[[], object], still_possible: Callable[[], bool] = lambda: True
) -> None:
    """Ask until ``seen`` says yes; fail when time is over or it can't happen any more."""
    end = time.monotonic() + PATIENCE
    while not seen():
        assert still_possible(), f"gave up: {what}"
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.05)


@contextmanager
def telling(log: Path) -> Iterator[None]:
    """Whatever fails inside says how ``log`` ends."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"{log.name} ends: {log.read_text('utf-8', 'replace')[-4000:]}")
        raise


class Visitor:
    """One browser: cookies, sign-in, and a user's JupyterLab over its own API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, follow_redirects=True, timeout=PATIENCE)
        self.name = ""

    def sign_in(self, name: str, password: str) -> httpx.Response:
        """Fill in the sign-in form; the hub's answer before any redirect is followed."""
        self.name = name
        form = self.http.get("/hub/login").text
        fields = {"username": name, "password": password, "_xsrf": hidden(form)}
        return self.http.post("/hub/login", data=fields, follow_redirects=False)

    def is_signed_in(self) -> bool:
        return self.http.get("/hub/home", follow_redirects=False).status_code == 200

    def open_lab(self) -> None:
        """Start the user's JupyterLab and sign in to it."""
        self.http.get("/hub/spawn")
        lab = f"/user/{self.name}"
        wait_for(
            "the JupyterLab answers", lambda: self.http.get(f"{lab}/lab").url.path.startswith(f"{lab}/lab")
        )

    def lab(self, method: str, path: str, **sent: object) -> httpx.Response:
        """A request to the API of the user's own JupyterLab."""
        headers = {"X-XSRFToken": self._cookie("_xsrf", f"/user/{self.name}/")}
        return self.http.request(method, f"/user/{self.name}/{path}", headers=headers, **sent)

    def run(self, code: str) -> str:
        """Run ``code`` in a new kernel of the user's JupyterLab; what it printed."""
        kernel = self.lab("POST", "api/kernels", json={"name": "python3"}).raise_for_status().json()["id"]
        try:
            return asyncio.run(asyncio.wait_for(self._execute(kernel, code), PATIENCE))
        finally:
            self.lab("DELETE", f"api/kernels/{kernel}")

    async def _execute(self, kernel: str, code: str) -> str:
        address = f"{self.url}/user/{self.name}/api/kernels/{kernel}/channels".replace("http", "ws", 1)
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.http.cookies.jar if c.path != "/hub/")
        socket = await websocket_connect(HTTPRequest(address, headers={"Cookie": cookies}))
        sent = uuid.uuid4().hex
        header = {
            "msg_id": sent,
            "msg_type": "execute_request",
            "username": "",
            "session": sent,
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
        }
        await socket.write_message(json.dumps(message))
        printed = []
        while True:
            heard = json.loads(await socket.read_message())
            if heard["parent_header"].get("msg_id") != sent:
                continue
            if heard["msg_type"] == "stream":
                printed.append(heard["content"]["text"])
            if heard["msg_type"] == "error":
                printed.append("\n".join(heard["content"]["traceback"]))
            if heard["msg_type"] == "status" and heard["content"]["execution_state"] == "idle":
                socket.close()
                while await socket.read_message() is not None:
                    pass  # the kernel's reply may come after its last word
                return "".join(printed)

    def _cookie(self, name: str, path: str) -> str:
        return next(c.value or "" for c in self.http.cookies.jar if c.name == name and c.path == path)


def hidden(page: str) -> str:
    """The form's token against forged requests."""
    found = re.search(r'name="_xsrf" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


class RunningHub:
    """A hub that serves ``places`` at ``url``."""

    def __init__(self, places: Places, settings: HubSettings, process: subprocess.Popen[bytes]) -> None:
        self.places, self.settings, self.process = places, settings, process
        self.url = settings.url
        self.accounts: dict[str, str] = {}
        self._visitors: list[Visitor] = []

    def visitor(self, name: str | None = None) -> Visitor:
        """A new browser; signed in when ``name`` is told."""
        visitor = Visitor(self.url)
        self._visitors.append(visitor)
        if name:
            assert visitor.sign_in(name, self.accounts[name]).status_code == 302
        return visitor

    def lab_asks(self, name: str, method: str, path: str, **sent: object) -> int:
        """The hub's answer to the token that ``name``'s JupyterLab was given."""
        token = (self.places.root / f"token-{name}").read_text()
        headers = {"Authorization": f"token {token}"}
        url = f"{self.url}/hub/api/{path}"
        return httpx.request(method, url, headers=headers, timeout=PATIENCE, **sent).status_code

    def close(self) -> None:
        """Close every browser."""
        for visitor in self._visitors:
            visitor.http.close()

    def processes(self) -> list[psutil.Process]:
        """The hub and everything that it started."""
        hub = psutil.Process(self.process.pid)
        return [hub, *hub.children(recursive=True)]


def command_of(process: psutil.Process) -> str:
    """Its command line; empty when it has ended, or is not ours to look at."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def name_of(process: psutil.Process) -> str:
    """The name that it gave itself; empty when it has ended."""
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def forking_process(zygote: Zygote) -> psutil.Process:
    """The process that forks, seen from outside its box."""
    assert zygote._life
    assert zygote._life._process
    family = psutil.Process(zygote._life._process.pid).children(recursive=True)
    command = f"{sys.executable} -P -m hocvuso.kernels.zygote_main"  # its forks have the same one
    return min((p for p in family if command_of(p).startswith(command)), key=psutil.Process.create_time)


@contextmanager
def running_hub(
    places: Places, *, demo: bool, env: Mapping[str, str] | None = None, port: int = 0
) -> Iterator[RunningHub]:
    """Start a hub, wait until it serves, stop it at the end."""
    settings = HubSettings(port=port or free_port(), demo=demo).with_free_ports()
    site = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(settings.site_port))
    options = {
        "port": settings.port,
        "demo": demo,
        "hub_port": settings.hub_port,
        "proxy_port": settings.proxy_port,
        "site_port": settings.site_port,
        "site_command": site,
    }
    config = places.root / "jupyterhub_config.py"
    config.write_text(_CONFIG.format(root=str(places.root), settings=options), encoding="utf-8")
    log = places.root / f"hub-{settings.port}.log"
    command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, cwd=places.root, stdout=written, stderr=written, env=os.environ | dict(env or {})
        )
    try:
        with telling(log):
            wait_for("the hub answers", lambda: _answers(settings.url), lambda: process.poll() is None)
        hub = RunningHub(places, settings, process)
        yield hub
        hub.close()
    finally:
        process.terminate()
        process.wait(PATIENCE)


def copy_of_hub(places: Places, root: Path) -> Places:
    """The hub's state as it is now, in another course folder: two hubs on one state would stop each other."""
    copy = Places(root)
    copy.hub.mkdir(parents=True)
    for name in ("cookie_secret", "proxy_token"):
        shutil.copy(places.hub / name, copy.hub / name)
    database = "jupyterhub.sqlite"
    with (
        closing(sqlite3.connect(places.hub / database)) as here,
        closing(sqlite3.connect(copy.hub / database)) as there,
    ):
        here.backup(there)
    return copy


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/hub/health", timeout=PATIENCE).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A PostgreSQL server for all tests; each takes a database of its own. Who kills a server starts one too."""
    with postgresql.running_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def gradebook_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty gradebook of each kind, by the one setting that decides."""
    if request.param == "sqlite":
        monkeypatch.delenv("HOCVUSO_GRADEBOOK", raising=False)
    else:
        server: postgresql.Server = request.getfixturevalue("postgresql_server")
        monkeypatch.setenv("HOCVUSO_GRADEBOOK", server.url(server.new_database()))
    return request.param


@pytest.fixture(scope="module")
def hub_places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """A course folder with one released edition, and secrets where secrets lie."""
    places = Places(tmp_path_factory.mktemp("khoa-hoc").resolve())
    (places.root / "nbgrader_config.py").write_text(
        "from pathlib import Path\nfrom hocvuso.hub.nbgrader import configure\n"
        "configure(get_config(), Path(__file__).parent)\n",
        encoding="utf-8",
    )
    for secret in (
        places.source / "t14-05",
        places.issuer,
        places.site_keys,
        places.homes / "lan",
        places.hub,
    ):
        secret.mkdir(parents=True, exist_ok=True)
        (secret / "bi-mat.txt").write_text("khóa đáp án", encoding="utf-8")
    edition = places.outbound / "t14-05" / "t14-05.ipynb"
    edition.parent.mkdir(parents=True)
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# Lừa đảo danh tính số", id="dau")]
    )
    nbformat.write(notebook, edition)
    return places


@pytest.fixture(scope="module")
def hub_demo(hub_places: Places) -> Iterator[RunningHub]:
    """A hub in demo mode, with its sample accounts and one account that an operator added."""
    accounts = prepare_demo_accounts(hub_places)
    accounts[add_account(hub_places, "lan", PASSWORD, replace=True)] = PASSWORD
    with running_hub(hub_places, demo=True) as hub:
        hub.accounts = accounts
        yield hub


@pytest.fixture(scope="module")
def hub_learner(hub_demo: RunningHub) -> Visitor:
    """The sample learner, signed in, with a JupyterLab that runs."""
    visitor = hub_demo.visitor("hocvien")
    visitor.open_lab()
    return visitor


@pytest.fixture(scope="module")
def hub_account(hub_places: Places) -> str:
    """The name of an account that an operator added, with PASSWORD."""
    return add_account(hub_places, "lan", PASSWORD, replace=True)
