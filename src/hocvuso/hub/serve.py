"""Running everything of one machine: the hub (with its proxy and the site), the grader and the issuer.

Each is a process of its own, with a log of its own in ``var/logs``. Where one ends by itself all are stopped,
and whatever one of them leaves behind is stopped too.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # no types are published with it

from hocvuso.errors import SetupError
from hocvuso.hub.jupyterhub import find_deploy, proxy_command
from hocvuso.hub.provider_settings import ProviderSettings
from hocvuso.hub.secret_files import make_private
from hocvuso.hub.settings import SITE_PATH, HubSettings
from hocvuso.kernels.sandbox import probe
from hocvuso.language import N_, SOURCE, get_language
from hocvuso.places import Places

READY = f"{SITE_PATH}xac-minh"  # the site's public page: hub, proxy and site all answered
HANDLES = 65_536
_PORTS = 65536
_START_SECONDS = 120
_STOP_SECONDS = 20
_PR_SET_CHILD_SUBREAPER = 36
_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  (compared with, not listened on)


def serve(
    places: Places,
    settings: HubSettings,
    *,
    demo: bool = False,
    tell: Callable[[str], None] = print,
    commands: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Serve until Ctrl-C or SIGTERM; the exit status. Call it in the main thread.

    ``tell`` gets the few sentences for the operator. SetupError when nothing could be started: the port is
    taken, Node, bubblewrap or a folder is missing. ``commands`` replaces what is started, by name.
    """
    told = HubSettings.from_environment(os.environ)
    settings = replace(
        told, host=settings.host, port=settings.port, demo=demo, https=settings.https or told.https
    )
    if not demo:
        ProviderSettings.from_environment(os.environ)  # mistakes are told here and not in the hub's log
    commands = commands or everything(places)
    _check_machine(places, settings)
    say = get_language(SOURCE)
    with ExitStack() as cleaning:
        cleaning.enter_context(_only_one(places))
        stop = cleaning.enter_context(_told_to_stop())
        children = cleaning.enter_context(_started(places, settings, commands))
        ended = _wait_until_ready(settings, children, stop)
        if ended is None and not stop.is_set():
            tell(say(N_("Học vụ số đang chạy tại {url} – nhấn Ctrl-C để dừng."), url=settings.url))
            ended = _wait_for_end(children, stop)
        if ended is None:
            tell(say(N_("Đang dừng…")))
            return 0
        log = log_folder(places) / f"{ended}.log"
        tell(say(N_("Tiến trình “{name}” đã dừng ngoài ý muốn; xem lý do trong {log}."), name=ended, log=log))
        return 1


def everything(places: Places) -> dict[str, list[str]]:
    """The processes of one machine by name, in the order in which they start."""
    hub_config = find_deploy(places) / "jupyterhub_config.py"
    return {
        "hub": [sys.executable, "-m", "jupyterhub", "-f", str(hub_config)],
        "grade": [sys.executable, "-m", "hocvuso", "grade", "--watch"],
        "certify": [sys.executable, "-m", "hocvuso", "certify", "--watch"],
    }


def allow_many_handles() -> None:
    """Let this process and what it starts open as many files and connections as the machine allows, up to HANDLES.

    The usual 1,024 are used up by some 150 open live examples.
    """
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = HANDLES if most == resource.RLIM_INFINITY else min(HANDLES, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def log_folder(places: Places) -> Path:
    """Where each process writes its log."""
    return places.var / "logs"


def _check_machine(places: Places, settings: HubSettings) -> None:
    proxy_command(places)
    probe()
    check_address(settings.host, settings.port)


def check_address(host: str, port: int) -> None:
    """SetupError, saying what to choose instead, when ``port`` can't be listened on at ``host`` now."""
    if not 0 < port < _PORTS:
        raise SetupError(N_("Số cổng phải từ 1 đến 65535, không phải {port}."), port=port)
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
    except (OSError, UnicodeError) as error:
        found = getattr(error, "errno", None)
        if found == errno.EADDRINUSE:
            raise SetupError(
                N_(
                    "Cổng {port} đang có chương trình khác dùng: hãy dừng chương trình đó hoặc chọn cổng khác."
                ),
                port=port,
            ) from error
        if found == errno.EACCES:
            raise SetupError(
                N_("Không có quyền dùng cổng {port}: hãy chọn cổng từ 1024 trở lên."), port=port
            ) from error
        raise SetupError(
            N_("“{host}” không phải địa chỉ của máy này: hãy dùng 127.0.0.1 hoặc một địa chỉ của máy."),
            host=host,
        ) from error


@contextmanager
def _only_one(places: Places) -> Iterator[None]:
    """Two hubs on one database would stop each other's proxy."""
    make_private(places.hub)
    with (places.hub / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError(
                N_("Học vụ số của thư mục {path} đang chạy rồi: hãy dừng bản kia trước."), path=places.root
            ) from None
        yield


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """Set when Ctrl-C or SIGTERM asks us to stop."""
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _started(
    places: Places, settings: HubSettings, commands: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The running processes; none of them, and nothing that they started, is left afterwards."""
    _adopt_orphans()
    allow_many_handles()
    ours_before = set(psutil.Process().children(recursive=True))
    logs = log_folder(places)
    logs.mkdir(parents=True, exist_ok=True)
    env = os.environ | settings.environment() | {"HOCVUSO_ROOT": str(places.root), "PYTHONUNBUFFERED": "1"}
    env["PATH"] = os.pathsep.join((f"{sys.prefix}/bin", env.get("PATH", "/usr/bin:/bin")))
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            with (logs / f"{name}.log").open("ab") as log:
                # a session of its own: Ctrl-C reaches us only, and we stop them in order
                children[name] = subprocess.Popen(
                    command, cwd=places.root, env=env, stdout=log, stderr=log, start_new_session=True
                )
        yield children
    finally:
        _stop(children.values())
        _stop_left_behind(ours_before)


def _adopt_orphans() -> None:
    """What our children leave behind becomes ours, so that we can find it and stop it."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _wait_until_ready(
    settings: HubSettings, children: Mapping[str, subprocess.Popen[bytes]], stop: threading.Event
) -> str | None:
    """Wait until the site answers; the name of the process that ended instead, if one did."""
    host = "127.0.0.1" if settings.host in _EVERYWHERE else settings.host
    end = time.monotonic() + _START_SECONDS
    while not stop.wait(0.2):
        if ended := _ended(children):
            return ended
        if _answers(f"http://{host}:{settings.port}{READY}"):
            return None
        if time.monotonic() > end:
            return next(iter(children))
    return None


def _wait_for_end(children: Mapping[str, subprocess.Popen[bytes]], stop: threading.Event) -> str | None:
    while not stop.wait(1):
        if ended := _ended(children):
            return ended
    return None


def _ended(children: Mapping[str, subprocess.Popen[bytes]]) -> str | None:
    return next((name for name, child in children.items() if child.poll() is not None), None)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  (our own address, http)
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False


def _stop(children: Iterable[subprocess.Popen[bytes]]) -> None:
    """Ask all to end, the last first; wait; end those that don't."""
    asked = list(children)[::-1]
    for child in asked:
        child.terminate()
    end = time.monotonic() + _STOP_SECONDS
    for child in asked:
        try:
            child.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _stop_left_behind(ours_before: set[psutil.Process]) -> None:
    left = [process for process in psutil.Process().children(recursive=True) if process not in ours_before]
    for process in left:
        _quietly(process.terminate)
    _, stubborn = psutil.wait_procs(left, timeout=5)
    for process in stubborn:
        _quietly(process.kill)
    psutil.wait_procs(stubborn, timeout=5)


def _quietly(act: Callable[[], None]) -> None:
    try:
        act()
    except psutil.NoSuchProcess:
        return
