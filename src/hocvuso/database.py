"""The gradebook's database, SQLite or PostgreSQL: its address, how to connect, what its errors mean.

What both can do is written once, with SQLAlchemy, where it is needed. What differs stands here: who waits how long
for whom, how writers keep out of each other's way, and how a lost connection is told.
"""

from __future__ import annotations

import logging
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, TypeVar

from sqlalchemy import Table, create_engine, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.orm import Session

from hocvuso.errors import SetupError, StorageError
from hocvuso.language import N_

T = TypeVar("T")

BUSY_SECONDS = 30  # a writer waits this long for another one, formgrader for instance
TIMES = 5  # how often a transaction is tried that another one got in the way of
# One number for all writers of a gradebook. An advisory lock holds in one database, so courses don't meet.
_WRITER = 0x686F6376  # "hocv"
_POSTGRESQL: Mapping[str, str] = {
    "application_name": "hocvuso",
    "connect_timeout": "10",
    "keepalives_idle": "30",  # a server that vanished without a word is noticed within a minute
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
_SESSION = (
    f"-c lock_timeout={BUSY_SECONDS}s -c statement_timeout=600s -c idle_in_transaction_session_timeout=300s "
    "-c timezone=UTC"
)
# serialization failure, deadlock, a row that another one put there at the same time: done again, it succeeds
_AGAIN = {"40001", "40P01", "23505"}
_NO_RIGHT, _READ_ONLY = "42501", "25006"
_ADDRESS = re.compile(r"\w+://[^\s'\"]+")


def is_sqlite(db_url: str) -> bool:
    """Whether the gradebook is a file."""
    return db_url.startswith("sqlite:")


def patient(db_url: str) -> str:
    """``db_url`` for a program that makes its own connections: they wait for another writer, but not for ever.

    What the operator's own address says of a setting stands.
    """
    if is_sqlite(db_url):
        return f"{db_url}?timeout={BUSY_SECONDS}"
    url = _checked(db_url)
    own = url.query.get("options", "")
    options = " ".join([_SESSION, *((own,) if isinstance(own, str) else own)]).strip()
    patient_url = url.set(query={**_POSTGRESQL, **url.query, "options": options})
    return patient_url.render_as_string(hide_password=False)


def connect(db_url: str) -> Engine:
    """An engine for the gradebook. SetupError when the address or the driver is of no use."""
    if is_sqlite(db_url):
        engine = create_engine(db_url)
        event.listen(engine, "connect", _wait_for_others)
        return engine
    # what goes wrong is raised; besides, the driver warns of each statement that an earlier failure spoilt
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    # the pool asks a connection whether it still lives: a server may have been started again since
    return create_engine(patient(db_url), pool_pre_ping=True, pool_size=2, max_overflow=8)


def _wait_for_others(connection: Any, _record: object) -> None:  # the driver's own connection
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _checked(db_url: str) -> URL:
    wrong = SetupError(
        N_("Địa chỉ sổ điểm trong HOCVUSO_GRADEBOOK viết sai; ví dụ đúng: postgresql://hocvuso@/hocvuso")
    )
    try:
        url = make_url(db_url)
    except (ArgumentError, ValueError):
        raise wrong from None  # the error may hold the address, and so a password
    if url.get_backend_name() != "postgresql":
        raise SetupError(
            N_("Sổ điểm chỉ dùng được SQLite hoặc PostgreSQL, không dùng được “{kind}”."),
            kind=url.get_backend_name(),
        )
    if url.drivername != "postgresql+psycopg":
        raise wrong
    if find_spec("psycopg") is None:
        raise SetupError(
            N_("Máy này chưa có trình điều khiển PostgreSQL: hãy chạy pip install 'psycopg[binary]'.")
        )
    return url


def require_utf8(connection: Connection) -> None:
    """SetupError when the database can't hold Vietnamese."""
    if connection.dialect.name != "postgresql":
        return
    encoding = str(connection.execute(text("SHOW server_encoding")).scalar())
    if encoding != "UTF8":
        raise SetupError(
            N_("Cơ sở dữ liệu của sổ điểm dùng bảng mã {encoding}: hãy tạo lại với ENCODING 'UTF8'."),
            encoding=encoding,
        )


def keep_others_out(where: Connection | Session) -> None:
    """Let one writer at a time go on from here to the end of its transaction; the first thing that it does.

    Several graders, on several machines, may write to one PostgreSQL; each then sees what the one before committed,
    and none waits for rows that another holds. SQLite knows one writer only.
    """
    connection = where.connection() if isinstance(where, Session) else where
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_WRITER)))


def upsert(table: Table, connection: Connection) -> Any:  # an Insert of either dialect
    """An INSERT that takes the place of a row with the same primary key; all columns must be given."""
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table)
    keys = [column.name for column in table.primary_key]
    rest = {
        column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys
    }
    return statement.on_conflict_do_update(index_elements=keys, set_=rest)


def done_again(act: Callable[[], T], *, pause: Callable[[float], None] = time.sleep) -> T:
    """What ``act``, a whole transaction, gives; it is done again when another one got in its way."""
    for time_of in range(1, TIMES):
        try:
            return act()
        except DBAPIError as error:
            if not was_in_the_way(error):
                raise
            pause(0.05 * 2**time_of)
    return act()


def was_in_the_way(error: DBAPIError) -> bool:
    """Whether the transaction failed because of another one, and would succeed now."""
    return _state(error) in _AGAIN


@contextmanager
def told_when_locked() -> Iterator[None]:
    """StorageError, with a sentence for the operator, when the database can't be used now."""
    try:
        yield
    except DBAPIError as error:
        if _state(error) == _NO_RIGHT:
            raise StorageError(
                N_("Tài khoản của sổ điểm thiếu quyền cho việc này (PostgreSQL {state})."), state=_NO_RIGHT
            ) from error
        if not is_away(error):
            raise
        raise StorageError(
            N_("Sổ điểm đang bận hoặc không mở được ({why}). Chưa mất gì: hãy chạy lại sau."),
            why=said_by(error) or type(error.orig).__name__,
        ) from error


def is_away(error: BaseException) -> bool:
    """Whether the database can't be reached, is held by others, or may not be written now: not our doing."""
    if not isinstance(error, DBAPIError):
        return False
    away = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    return away or (isinstance(error, InternalError) and _state(error) == _READ_ONLY)


def said_by(error: BaseException) -> str | None:
    """What a database said of itself, for a log; None when it says nothing or its words may hold somebody's data.

    A server's complaint about a value quotes the value; that it can't be reached names only the server.
    """
    found: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(found, sqlite3.Error):
        return str(found)  # "database is locked", "database or disk is full"
    if found is None or not type(found).__module__.startswith("psycopg"):
        return None
    state = getattr(found, "sqlstate", None)
    if state is not None:
        return f"PostgreSQL {state} {type(found).__name__}"
    if type(found).__name__ not in {"OperationalError", "ConnectionTimeout"}:
        return type(found).__name__
    line = next(iter(str(found).splitlines()), "").strip()
    return _ADDRESS.sub("…", line) or type(found).__name__


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
