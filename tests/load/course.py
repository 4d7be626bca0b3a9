"""The course that is put under load, its learners' accounts, and everything of one machine serving it.

The accounts' passwords are hashed with bcrypt's lowest cost: 2,000 honest hashes take a machine with 2 cores several
minutes to make and as long again to check. That is for courses made here only; `PEOPLE_AT_COST` accounts have the
hub's own hash, and what sign-in costs is measured with those.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bcrypt
from nativeauthenticator.orm import UserInfo
from tests.built import copy_built
from tests.ports import free_port

from hocvuso.hub import accounts
from hocvuso.hub.settings import SITE_PATH
from hocvuso.places import Places

REPO = Path(__file__).resolve().parents[2]
PASSWORD = "trâu chậm uống nước đục"
LOWEST_COST = 4
PEOPLE_AT_COST = 60
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Running:
    """A course that is being served: where, by which process, and what lies on its disk."""

    url: str
    pid: int
    places: Places


def make_course(root: Path) -> Places:
    """Our own lessons, built and released below ``root``."""
    shutil.copy(REPO / "nbgrader_config.py", root)
    for name in ("autograde", "exchange"):
        (root / name).mkdir()
    places = copy_built(root)
    _hocvuso(root, "release")
    return places


def learner_names(count: int, *, prefix: str = "hv") -> list[str]:
    """The user names of ``count`` learners."""
    return [f"{prefix}{number:05d}" for number in range(count)]


def add_learners(places: Places, names: Sequence[str], *, cost: int = LOWEST_COST) -> None:
    """Accounts for ``names``, all with PASSWORD under one hash of this ``cost``, in one transaction."""
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(cost))
    with accounts._hub_session(places) as session:
        session.add_all(UserInfo(username=name, password=hashed, is_authorized=True) for name in names)
        session.commit()


@contextmanager
def served(places: Places) -> Iterator[Running]:
    """``hocvuso serve`` on the course: hub, proxy, site, grader and issuer; stopped afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "hocvuso", "--root", str(places.root), "serve", "--port", str(port)]
    with (places.root / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}{SITE_PATH}xac-minh", process)
        yield Running(url, process.pid, places)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise


def errors_logged(places: Places) -> dict[str, int]:
    """How many lines of each process's log tell of an error, so that none goes unseen."""
    found = {}
    for log in sorted((places.var / "logs").glob("*.log")):
        text = log.read_text(encoding="utf-8", errors="replace")
        if count := len(re.findall(r"\b(?:ERROR|CRITICAL)\b|^Traceback", text, re.MULTILINE)):
            found[log.stem] = count
    return found


def _hocvuso(root: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "hocvuso", "--root", str(root), *words], check=True, stdout=subprocess.DEVNULL
    )


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"hocvuso serve ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{url} did not answer within {PATIENCE} s")
