"""The issuer's register: every certificate ever issued, every revocation, and a log that only grows.

One SQLite file in the issuer's zone. A change and its line in the log are one transaction; the log refuses
changes and deletions by triggers, so a program that goes wrong can't tidy up after itself.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS rules (
    certificate TEXT NOT NULL, version INTEGER NOT NULL, demands TEXT NOT NULL,
    PRIMARY KEY (certificate, version)) STRICT;
CREATE TABLE IF NOT EXISTS certificates (
    number TEXT PRIMARY KEY, credential_id TEXT NOT NULL UNIQUE, learner TEXT NOT NULL, name TEXT NOT NULL,
    certificate TEXT NOT NULL, version INTEGER NOT NULL, title TEXT NOT NULL, issued TEXT NOT NULL,
    status_index INTEGER NOT NULL UNIQUE, credential TEXT NOT NULL, printed TEXT NOT NULL,
    pdf_sha256 TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('issued', 'revoked'))) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_at_a_time
    ON certificates (learner, certificate, version) WHERE state = 'issued';
CREATE INDEX IF NOT EXISTS of_learner ON certificates (learner);
CREATE TABLE IF NOT EXISTS revocations (
    number TEXT PRIMARY KEY REFERENCES certificates, reason TEXT NOT NULL, revoked TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, action TEXT NOT NULL,
    number TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS audit_keeps BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER IF NOT EXISTS audit_grows BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)  -- INSERT OR REPLACE escapes audit_stays
    BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate. ``credential`` and ``printed`` are what its two files are made from."""

    number: str
    credential_id: str
    learner: str
    name: str
    certificate: str
    version: int
    title: str
    issued: str
    status_index: int
    credential: str
    printed: str
    pdf_sha256: str
    state: str = "issued"


_COLUMNS = ", ".join(column.name for column in fields(Entry))


class Register:
    """The open register. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        # isolation_level None: transactions are ours alone, see ``change``
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
        path.chmod(0o600)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Everything written meanwhile happens, or none of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # reading

    def setting(self, key: str) -> str | None:
        """A setting fixed when the first certificate was issued."""
        row = self._db.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        return row and str(row[0])

    def demands(self, certificate: str, version: int) -> str | None:
        """What was asked for this version when it was first used."""
        query = "SELECT demands FROM rules WHERE certificate = ? AND version = ?"
        row = self._db.execute(query, (certificate, version)).fetchone()
        return row and str(row[0])

    def holders(self) -> list[tuple[str, str]]:
        """Number and learner of every certificate, in the order of their issue."""
        return self._db.execute("SELECT number, learner FROM certificates ORDER BY rowid").fetchall()

    def entries(self, learner: str) -> list[Entry]:
        """The certificates of one learner, in the order of their issue."""
        query = f"SELECT {_COLUMNS} FROM certificates WHERE learner = ? ORDER BY rowid"  # noqa: S608
        return [Entry(*row) for row in self._db.execute(query, (learner,))]

    def find(self, number: str) -> Entry | None:
        """The certificate of that number."""
        query = f"SELECT {_COLUMNS} FROM certificates WHERE number = ?"  # noqa: S608
        row = self._db.execute(query, (number,)).fetchone()
        return row and Entry(*row)

    def takes(self, *, number: str, status_index: int) -> bool:
        """Whether the number or the place in the status list is in use."""
        query = "SELECT 1 FROM certificates WHERE number = ? OR status_index = ?"
        return self._db.execute(query, (number, status_index)).fetchone() is not None

    def revoked_indexes(self) -> list[int]:
        """Places in the status list whose bit is set."""
        query = "SELECT status_index FROM certificates WHERE state = 'revoked' ORDER BY status_index"
        return [index for (index,) in self._db.execute(query)]

    def pdf_hashes(self) -> dict[str, str]:
        """SHA-256 of the PDF by certificate number."""
        return dict(self._db.execute("SELECT number, pdf_sha256 FROM certificates ORDER BY number"))

    # writing, inside ``change``

    def fix_setting(self, key: str, value: str) -> None:
        """Keep a setting for good."""
        self._db.execute("INSERT INTO settings VALUES (?, ?)", (key, value))

    def fix_demands(self, certificate: str, version: int, demands: str) -> None:
        """Keep what a version asks for, for good."""
        self._db.execute("INSERT INTO rules VALUES (?, ?, ?)", (certificate, version, demands))

    def add(self, entry: Entry) -> None:
        """Enter a certificate."""
        marks = ", ".join("?" * len(fields(Entry)))
        values = tuple(getattr(entry, column.name) for column in fields(Entry))
        self._db.execute(f"INSERT INTO certificates ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608

    def replace_pdf(self, number: str, sha256: str) -> None:
        """Another PDF of the same credential has taken the place of a lost one."""
        self._db.execute("UPDATE certificates SET pdf_sha256 = ? WHERE number = ?", (sha256, number))

    def revoke(self, number: str, reason: str, at: str) -> None:
        """Enter a revocation."""
        self._db.execute("INSERT INTO revocations VALUES (?, ?, ?)", (number, reason, at))
        self._db.execute("UPDATE certificates SET state = 'revoked' WHERE number = ?", (number,))

    def log(self, at: str, action: str, number: str = "", **detail: object) -> None:
        """Add a line to the log. ``detail`` holds no name and no grade."""
        self._db.execute(
            "INSERT INTO audit (at, action, number, detail) VALUES (?, ?, ?, ?)",
            (at, action, number, json.dumps(detail, ensure_ascii=False)),
        )

    def log_lines(self) -> list[tuple[int, str, str, str, str]]:
        """The log: sequence, time, action, number, detail."""
        return self._db.execute("SELECT seq, at, action, number, detail FROM audit ORDER BY seq").fetchall()
