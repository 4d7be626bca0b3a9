"""A PostgreSQL server of the tests' own: Debian's programs, a folder that is thrown away, no network.

The cluster sorts text as Vietnamese does, unlike SQLite, so that whoever leans on the order of a database is found
out. The server refuses to run as root; then it runs as a system user that owns nothing else here.
"""

from __future__ import annotations

import itertools
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

PATIENCE = 240
WITH_PASSWORD = "secretive"  # the only role that the server asks for a password
_SETTINGS = (
    "listen_addresses=",
    "fsync=off",  # a server that is killed loses nothing by it, a machine would
    "full_page_writes=off",
    "max_connections=60",
    "log_min_messages=fatal",
)


class Server:
    """A server in ``folder`` that can be killed and started again; ``superuser`` is its first role."""

    superuser = "tests"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._programs = _programs()
        self._user = _other_user() if os.geteuid() == 0 else None
        self._port = 10_000 + secrets.randbelow(50_000)  # names the socket file, nothing else
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self._run(
            "initdb", f"--pgdata={folder / 'data'}", f"--username={self.superuser}", "--auth=trust",
            "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=vi", "--no-sync",
        )  # fmt: skip
        rules = folder / "data" / "pg_hba.conf"
        rules.write_text(f"local all {WITH_PASSWORD} scram-sha-256\n" + rules.read_text())

    def url(self, database: str, *, user: str | None = None, password: str | None = None) -> str:
        """The address for ``HOCVUSO_GRADEBOOK``."""
        who = quote(user or self.superuser) + (f":{quote(password, safe='')}" if password else "")
        # no "%": nbgrader writes the address into a file in which that has another meaning
        return f"postgresql://{who}@/{database}?host={self.folder}&port={self._port}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of the test's own, as the superuser."""
        return psycopg.connect(self.url(database), autocommit=True)

    def new_database(self, *, owner: str | None = None) -> str:
        """The name of an empty database."""
        name = f"gradebook{next(self._numbers)}"
        names = sql.Identifier(name), sql.Identifier(owner or self.superuser)
        with self.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
        return name

    def start(self) -> None:
        """Run the server; it answers afterwards."""
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        words = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-p", str(self._port), *settings]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command("postgres", *words), stdout=log, stderr=log, cwd=self.folder
            )
        end = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "server.log").read_text()
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.05)

    def kill(self) -> None:
        """Stop the server at once, as a crash would; what was committed is there after `start`."""
        if self._process is not None:
            self._run("pg_ctl", "stop", "--mode=immediate", f"--pgdata={self.folder / 'data'}")
            self._process.wait(PATIENCE)
            self._process = None

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _command(self, program: str, *words: str) -> list[str]:
        command = [str(self._programs / program), *words]
        if self._user is None:
            return command
        who = pwd.getpwnam(self._user)
        ids = [f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]
        return ["setpriv", *ids, "--pdeathsig=QUIT", "--", *command]

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            self._command(program, *words), cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def running_server() -> Iterator[Server]:
    """A server that runs meanwhile; afterwards nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="hv-pg-", dir="/tmp"))
    try:
        server = Server(folder)
        try:
            server.start()
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    if found:
        return found[-1].parent
    program = shutil.which("initdb")
    assert program, "PostgreSQL's programs are missing: bash deploy/setup.sh --for-tests"
    return Path(program).resolve().parent


def _other_user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
