"""Our own tables in nbgrader's gradebook, and the way to open it.

They live beside nbgrader's tables, which stay as nbgrader makes them, so that one transaction can hold a
grade, its log entry and the audit entry together.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    DDL,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.exc import OperationalError

from hocvuso.errors import StorageError
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Engine

    from hocvuso.places import Places

metadata = MetaData()
BUSY_SECONDS = 30  # formgrader writes to the same SQLite file; a writer waits this long for the other

people = Table(
    "hocvuso_people",
    metadata,
    Column("learner", String(128), primary_key=True),
    Column("full_name", String(128), nullable=False),
    Column("unit", String(256), nullable=False, default=""),
    Column("email", String(128), nullable=False, default=""),
)

audit_log = Table(
    "hocvuso_audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(512), nullable=False),
    Column("details", Text, nullable=False),
)

scores = Table(
    "hocvuso_scores",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("submission", String(512), nullable=False),
    Column("learner", String(128)),
    Column("edition", String(64), nullable=False),
    Column("via", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("reason", Text),
    Column("points", Float),
    Column("out_of", Float),
    Column("questions", Text, nullable=False),
    Column("engine", String(32), nullable=False),
    Column("master", String(80), nullable=False),
    Column("submission_hash", String(80), nullable=False),
    Column("receipt", String(128)),
    Column("handed_in", String(32)),
    Column("graded", String(32), nullable=False),
    Index("hocvuso_scores_of", "learner", "edition"),
)

for table in (audit_log, scores):
    for action in ("UPDATE", "DELETE"):
        refuse = DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER {table.name}_no_{action.lower()} BEFORE {action} ON {table.name} "
            f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
        )
        event.listen(table, "after_create", refuse.execute_if(dialect="sqlite"))


def prepare(engine: Engine) -> None:
    """Make our tables where they are missing. nbgrader's must be there already (see `open_gradebook`)."""
    if set(metadata.tables) <= set(inspect(engine).get_table_names()):
        return
    with engine.begin() as connection:
        if (
            engine.dialect.name == "sqlite"
        ):  # else each table stands alone, and a crash leaves one without triggers
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        metadata.create_all(bind=connection)


def wait_for_others(engine: Engine) -> None:
    """Let a connection to SQLite wait for another writer instead of failing at once."""
    if engine.dialect.name != "sqlite":
        return

    def on_connect(connection: Any, _record: object) -> None:  # the driver's own connection
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    event.listen(engine, "connect", on_connect)


def patient(db_url: str) -> str:
    """``db_url`` for a program that makes its own connections, which then wait for another writer too."""
    return f"{db_url}?timeout={BUSY_SECONDS}" if db_url.startswith("sqlite:") else db_url


@contextmanager
def told_when_locked() -> Iterator[None]:
    """StorageError, with a sentence for the operator, when the database can't be used now."""
    try:
        yield
    except OperationalError as error:
        raise StorageError(
            N_("Sổ điểm đang bận hoặc không mở được ({why}). Chưa mất gì: hãy chạy lại sau."), why=error.orig
        ) from error


@contextmanager
def open_gradebook(places: Places) -> Iterator[Engine]:
    """The gradebook's engine, with nbgrader's tables and ours in place."""
    from hocvuso.lessons.convert import prepare_gradebook  # loads nbgrader, which takes seconds

    with told_when_locked():
        prepare_gradebook(places.gradebook_url)
        engine = create_engine(places.gradebook_url)
        wait_for_others(engine)
        try:
            prepare(engine)
            yield engine
        finally:
            engine.dispose()
