"""A course whose zones are system users, as `deploy/zones/install.sh` makes them, and ways to act as each of them."""

from __future__ import annotations

import ctypes
import json
import os
import pwd
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from configparser import ConfigParser
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
from site_course import BASE

import hocvuso
from conftest import PATIENCE, telling, wait_for
from hocvuso.places import Places

CHECKOUT = Path(hocvuso.__file__).resolve().parents[2]
ZONES = CHECKOUT / "deploy" / "zones"
UNITS = {"hub": "hub", "site": "site", "grader": "grade", "issuer": "certify"}
NOBODY = "nobody"
_CLONE_NEWNS, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x20000, 0x1000, 0x4000, 0x40000
_LOOK = """
import json, os, sys
for path in json.load(sys.stdin):
    try:
        os.listdir(path) if os.path.isdir(path) else open(path, "rb").close()
    except PermissionError:
        print(json.dumps([path, False]))
    else:
        print(json.dumps([path, True]))
"""


def install(root: Path, prefix: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the script on the course at ``root``."""
    command = ["bash", str(ZONES / "install.sh"), "--prefix", prefix, *more, str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def remove_users(prefix: str) -> None:
    """Take away what the script made for ``prefix``."""
    for zone in (*UNITS, "trainer"):
        subprocess.run(["userdel", f"{prefix}-{zone}"], check=False, capture_output=True)
    subprocess.run(["groupdel", f"{prefix}-teaching"], check=False, capture_output=True)


def unit_of(zone: str) -> ConfigParser:
    """The zone's systemd unit; of an option that is there several times, all values, a line each."""

    class Several(dict[str, Any]):
        def __setitem__(self, key: str, value: Any) -> None:
            if isinstance(value, list) and isinstance(self.get(key), list):
                value = [*self[key], *value]
            super().__setitem__(key, value)

    parser = ConfigParser(dict_type=Several, strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's names have capitals
    parser.read(ZONES / f"hocvuso-{UNITS[zone]}.service", encoding="utf-8")
    return parser


@dataclass
class Zones:
    """The zones of one installed course."""

    places: Places
    prefix: str
    folder: Path
    port: int

    def user(self, zone: str) -> str:
        """The system user of ``zone``."""
        return NOBODY if zone == NOBODY else f"{self.prefix}-{zone}"

    def run(self, zone: str, *argv: str, stdin: str = "") -> str:
        """What ``argv`` prints when the zone's user runs it; it must end well."""
        acting = self._as(zone)
        acting["env"]["HOME"] = pwd.getpwnam(self.user(zone)).pw_dir  # as sudo does; most of them have none
        done = subprocess.run(
            argv, input=stdin, capture_output=True, text=True, check=False, timeout=PATIENCE, **acting
        )
        assert done.returncode == 0, f"{zone}: {argv}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def hocvuso(self, zone: str, *command: str) -> str:
        """What the command prints when the zone's user gives it."""
        return self.run(zone, sys.executable, "-m", "hocvuso", "--root", str(self.places.root), *command)

    def python(self, zone: str, code: str, *argv: str) -> str:
        """What the program prints when the zone's user runs it."""
        return self.run(zone, sys.executable, "-c", code, *argv)

    def opens(self, zone: str, paths: Iterable[Path]) -> dict[Path, bool]:
        """Which of ``paths`` the zone's user can list or open; each must be there."""
        told = self.run(zone, sys.executable, "-c", _LOOK, stdin=json.dumps([str(p) for p in paths]))
        return {Path(path): well for path, well in map(json.loads, told.splitlines())}

    @contextmanager
    def serving(self, *zones: str) -> Iterator[str]:
        """The processes of ``zones`` as their units start them; the site's address once it answers."""
        url = f"http://127.0.0.1:{self.port}"
        with ExitStack() as cleaning:
            started = [cleaning.enter_context(self._started(zone)) for zone in zones]
            wait_for(
                "the site answers",
                lambda: _answers(f"{url}{BASE}xac-minh"),
                lambda: all(process.poll() is None for process in started),
            )
            yield url

    @contextmanager
    def _started(self, zone: str) -> Iterator[subprocess.Popen[bytes]]:
        command = unit_of(zone)["Service"]["ExecStart"].replace(
            "/srv/hocvuso/.venv/bin/python", sys.executable
        )
        command = command.replace("/srv/hocvuso/deploy", str(CHECKOUT / "deploy"))
        with (self.folder / f"{zone}.log").open("wb") as log:
            process = subprocess.Popen(shlex.split(command), stdout=log, stderr=log, **self._as(zone))
        try:
            with telling(self.folder / f"{zone}.log"):
                yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)
            _end_all_of(self.user(zone))

    def _as(self, zone: str) -> dict[str, Any]:
        """Arguments of `subprocess` to be the zone's user, with its umask and what systemd would hand to it."""
        user = self.user(zone)
        known = pwd.getpwnam(user)
        home = self.folder / user
        if not home.is_dir():
            home.mkdir(mode=0o700)
            token = home / "site-token"
            token.write_bytes((self.places.var / "zones" / "site-token").read_bytes())
            for path in (token, home):
                os.chown(path, known.pw_uid, known.pw_gid)
            token.chmod(0o400)
        env = {
            "HOCVUSO_ROOT": str(self.places.root),
            "HOCVUSO_PORT": str(self.port),
            "HOCVUSO_SITE_TOKEN_FILE": str(home / "site-token") if zone in {"hub", "site"} else "",
            "HOME": str(home),
            "PATH": os.pathsep.join((f"{sys.prefix}/bin", os.environ["PATH"])),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        umask = int(unit_of(zone)["Service"]["UMask"], 8) if zone in UNITS else 0o022
        needed = [self.places.root, CHECKOUT, Path(sys.prefix), Path(sys.base_prefix).resolve()]
        become = partial(_become, known, hidden_among(needed), umask)
        return {"cwd": "/", "env": env, "preexec_fn": become}


def _end_all_of(user: str) -> None:
    """What systemd does when a unit stops: nothing of the zone's user is left (nobody else is that user)."""
    uid = pwd.getpwnam(user).pw_uid
    left = [p for p in psutil.process_iter(["uids"]) if p.info["uids"] and p.info["uids"].real == uid]
    _, stubborn = psutil.wait_procs(left, timeout=5)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=PATIENCE).status_code == 200
    except httpx.TransportError:
        return False


def hidden_among(paths: Sequence[Path]) -> Mapping[Path, list[Path]]:
    """Those of ``paths`` that lie below a folder that not everyone may enter, by the topmost such folder."""
    found: dict[Path, list[Path]] = {}
    for path in paths:
        closed = [p for p in (*reversed(path.parents), path) if not p.stat().st_mode & 0o001]
        if closed:
            found.setdefault(closed[0], []).append(path)
    return found


def _become(known: pwd.struct_passwd, hidden: Mapping[Path, list[Path]], umask: int) -> None:
    """Turn this process, a fresh child of root's, into one of the user's."""
    if hidden:
        _show(hidden)
    os.initgroups(known.pw_name, known.pw_gid)
    os.setresgid(known.pw_gid, known.pw_gid, known.pw_gid)
    os.setresuid(known.pw_uid, known.pw_uid, known.pw_uid)
    os.umask(umask)


def _show(hidden: Mapping[Path, list[Path]]) -> None:
    """Let this process alone reach Python and the code where they lie below a private folder.

    In a mount namespace of its own the private folder is replaced by one that holds only what is needed.
    """
    libc = ctypes.CDLL(None, use_errno=True)

    def done(status: int) -> None:
        if status != 0:
            raise OSError(ctypes.get_errno(), "can't make a mount namespace")

    done(libc.unshare(_CLONE_NEWNS))
    done(libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None))
    for closed, paths in hidden.items():
        handles = [(os.open(path, os.O_PATH), path) for path in paths]
        done(libc.mount(b"tmpfs", os.fsencode(closed), b"tmpfs", 0, b"mode=755"))
        for handle, path in handles:
            path.mkdir(parents=True, exist_ok=True)
            done(
                libc.mount(
                    f"/proc/self/fd/{handle}".encode(), os.fsencode(path), None, _MS_BIND | _MS_REC, None
                )
            )
            os.close(handle)


def open_folder() -> Path:
    """A new folder that everyone may enter; pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="hvs-zones-")).resolve()
    folder.chmod(0o755)
    return folder
