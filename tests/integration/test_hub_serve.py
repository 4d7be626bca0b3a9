"""`serve`: all processes of one machine, started, watched and stopped together."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest
from tests.ports import free_port

from conftest import PATIENCE, wait_for
from hocvuso.errors import SetupError
from hocvuso.hub.serve import serve
from hocvuso.hub.settings import HubSettings
from hocvuso.places import Places

pytestmark = pytest.mark.slow

SERVE = """
import sys
from pathlib import Path
from hocvuso.hub.serve import everything, serve
from hocvuso.hub.settings import HubSettings
from hocvuso.places import Places

places = Places(Path({root!r}))
commands = everything(places) | {more!r}
settings = HubSettings(port={port})
sys.exit(serve(places, settings, demo=True, tell=lambda line: print(line, flush=True), commands=commands))
"""
SLEEPS = [sys.executable, "-c", "import signal; signal.pause()"]
LEAVES_A_CHILD = [
    sys.executable,
    "-c",
    (
        "import subprocess, sys, signal\n"
        "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'], start_new_session=True)\n"
        "signal.pause()"
    ),
]


@pytest.fixture
def hub_course(tmp_path: Path) -> Places:
    (tmp_path / "nbgrader_config.py").write_text("", encoding="utf-8")
    return Places(tmp_path)


def start(places: Places, port: int, more: dict[str, list[str]]) -> subprocess.Popen[str]:
    code = SERVE.format(root=str(places.root), port=port, more=more)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_told_to_stop_and_leaves_nothing(hub_course, how):
    """The real hub, proxy and site answer; Ctrl-C or SIGTERM ends them all and what they left behind."""
    port = free_port()
    with start(hub_course, port, {"grade": SLEEPS, "certify": LEAVES_A_CHILD}) as serving:
        said = serving.stdout.readline()
        assert f"http://127.0.0.1:{port}" in said, (hub_course.var / "logs" / "hub.log").read_text()
        page = httpx.get(f"http://127.0.0.1:{port}/services/hoc/xac-minh", timeout=PATIENCE)
        assert page.status_code == 200
        started = psutil.Process(serving.pid).children(recursive=True)
        assert len(started) >= 6, "hub, proxy, site, grader, issuer and what it left"
        os.kill(serving.pid, how)
        assert serving.wait(60) == 0
    _, alive = psutil.wait_procs(started, PATIENCE)
    assert alive == []


def test_says_which_process_ended(hub_course):
    """All stop when one ends by itself; the operator reads which it was and where its log is."""
    broken = [sys.executable, "-c", "raise SystemExit('hỏng')"]
    with start(hub_course, free_port(), {"hub": SLEEPS, "grade": broken, "certify": SLEEPS}) as serving:
        said = serving.stdout.read()
        assert serving.wait(60) == 1
    log = hub_course.var / "logs" / "grade.log"
    assert "“grade”" in said
    assert str(log) in said
    assert "hỏng" in log.read_text(encoding="utf-8")


def test_says_that_the_port_is_taken(hub_course):
    """A port that another program uses is named before anything is started."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SetupError, match=str(port)):
            serve(hub_course, HubSettings(port=port))
    assert not (hub_course.var / "logs").exists()


def test_second_serve_of_one_course_is_refused(hub_course):
    """Two hubs on one state would stop each other's proxy, so the second one does not start."""
    idle = {"hub": SLEEPS, "grade": SLEEPS, "certify": SLEEPS}
    with start(hub_course, free_port(), idle) as serving:
        log = hub_course.var / "logs" / "certify.log"
        wait_for("the first one runs", log.exists)
        with pytest.raises(SetupError, match=str(hub_course.root)):
            serve(hub_course, HubSettings(port=free_port()), commands=idle)
        serving.terminate()
        assert serving.wait(60) == 0


@pytest.mark.parametrize(
    ("allowed", "most", "then"), [(256, 4096, 4096), (256, 100_000, 65_536), (512, 512, 512)]
)
def test_what_is_served_may_open_as_many_connections_as_the_machine_allows(
    allowed: int, most: int, then: int
):
    """A soft limit of a login shell does not decide how many learners fit."""
    code = (
        "import resource as r, sys\nfrom hocvuso.hub.serve import allow_many_handles\n"
        "r.setrlimit(r.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))\n"
        "allow_many_handles()\nprint(r.getrlimit(r.RLIMIT_NOFILE)[0])"
    )
    if most > resource.getrlimit(resource.RLIMIT_NOFILE)[1]:
        most, then = (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2
    said = subprocess.check_output([sys.executable, "-c", code, str(allowed), str(most)], text=True)
    assert int(said) == min(then, 65_536)
