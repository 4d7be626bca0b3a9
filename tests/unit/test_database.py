"""What SQLite and PostgreSQL do differently: addresses, patience, what errors say."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError, OperationalError, ProgrammingError

from hocvuso.database import TIMES, connect, done_again, patient, said_by, told_when_locked, was_in_the_way
from hocvuso.errors import SetupError, StorageError
from hocvuso.places import Places


def failed(error: Exception, kind: type[DBAPIError] = OperationalError) -> DBAPIError:
    """The error as SQLAlchemy raises it, with a statement and values that nobody may see."""
    return kind("INSERT INTO student …", {"id": "nguyen.an"}, error)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://hoc@/hocvuso", "postgresql+psycopg://hoc@/hocvuso"),
        ("postgres://hoc@db.example.vn:5432/h?sslmode=verify-full",
         "postgresql+psycopg://hoc@db.example.vn:5432/h?sslmode=verify-full"),
        ("postgresql+psycopg://hoc@/hocvuso", "postgresql+psycopg://hoc@/hocvuso"),
        ("sqlite:////srv/g.db", "sqlite:////srv/g.db"),
        ("", "sqlite:////course/var/grader/gradebook.db"),
    ],
)  # fmt: skip
def test_one_setting_says_where_the_gradebook_is(monkeypatch, given, used):
    """A plain PostgreSQL address uses the driver that we install; without the setting it is a file."""
    monkeypatch.setenv("HOCVUSO_GRADEBOOK", given)
    assert Places(Path("/course")).gradebook_url == used


def test_a_connection_waits_but_not_for_ever():
    """Locks, statements and a server that is gone have an end; what the operator's address says of them stands."""
    url = make_url(patient("postgresql+psycopg://hoc@/h?connect_timeout=3&options=-c%20lock_timeout%3D7s"))
    assert url.query["connect_timeout"] == "3"
    assert "statement_timeout=" in url.query["options"]
    assert str(url.query["options"]).endswith("-c lock_timeout=7s")  # the last one holds
    assert int(str(url.query["tcp_user_timeout"])) > 0
    assert patient("sqlite:////srv/g.db") == "sqlite:////srv/g.db?timeout=30"


@pytest.mark.parametrize(
    "address", ["hocvuso", "postgresql+psycopg://hoc:bímật@h:x/d", "mysql://hoc:bímật@h/d"]
)
def test_a_wrong_address_is_told_without_its_password(address):
    """The operator gets a sentence; what they typed, which may hold a password, is not in it."""
    with pytest.raises(SetupError) as told:
        connect(address)
    assert "bímật" not in told.value.tell() + told.value.tell("en")


def test_what_another_one_got_in_the_way_of_is_done_again():
    """A deadlock, a serialization failure and a row that is suddenly there are tried again, not for ever."""
    waits: list[float] = []
    ways = [
        failed(psycopg.errors.DeadlockDetected()),
        failed(psycopg.errors.SerializationFailure()),
        failed(psycopg.errors.UniqueViolation(), IntegrityError),
    ]

    def act() -> str:
        if ways:
            raise ways.pop()
        return "done"

    assert done_again(act, pause=waits.append) == "done"
    assert len(waits) == 3
    assert waits == sorted(waits)
    calls = []

    def never() -> None:
        calls.append(1)
        raise failed(psycopg.errors.DeadlockDetected())

    with pytest.raises(OperationalError):
        done_again(never, pause=lambda _: None)
    assert len(calls) == TIMES


def test_what_would_fail_again_is_not_done_again():
    """A refused change, a missing right, a lost connection: once is enough."""
    for error, kind in (
        (psycopg.errors.IntegrityConstraintViolation(), IntegrityError),
        (psycopg.errors.InsufficientPrivilege(), ProgrammingError),
        (psycopg.errors.AdminShutdown(), OperationalError),
        (sqlite3.OperationalError("database is locked"), OperationalError),
    ):
        assert not was_in_the_way(failed(error, kind))


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (sqlite3.OperationalError("database is locked"), OperationalError, "database is locked"),
        (psycopg.errors.AdminShutdown("FATAL: bye"), OperationalError, "PostgreSQL 57P01 AdminShutdown"),
        (psycopg.OperationalError('connection to server on socket "/run/x" failed: No such file\n\tIs it running?'),
         OperationalError, 'connection to server on socket "/run/x" failed: No such file'),
        (psycopg.errors.ReadOnlySqlTransaction("x"), InternalError, "25006"),
        (psycopg.errors.InsufficientPrivilege("x"), ProgrammingError, "42501"),
    ],
)  # fmt: skip
def test_a_database_that_can_not_be_used_now_is_a_sentence(error, kind, said):
    """The sentence has the server's reason; values, which may be somebody's, are never in it."""
    with pytest.raises(StorageError) as told, told_when_locked():
        raise failed(error, kind)
    assert said in told.value.tell()
    assert "nguyen.an" not in told.value.tell()


def test_what_a_server_says_of_a_value_stays_out_of_the_log():
    """A server quotes the value that it complains of; only the kind of complaint is kept."""
    error = psycopg.errors.UniqueViolation("duplicate key\nDETAIL:  Key (id)=(nguyen.an) already exists.")
    assert said_by(failed(error, IntegrityError)) == "PostgreSQL 23505 UniqueViolation"


def test_other_errors_pass():
    """A fault of ours is not taken for the database's absence."""
    with pytest.raises(ProgrammingError), told_when_locked():
        raise failed(psycopg.errors.UndefinedTable("x"), ProgrammingError)
