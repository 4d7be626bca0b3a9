"""Our own tables in nbgrader's gradebook, and the way to open it.

They live beside nbgrader's tables, which stay as nbgrader makes them, so that one transaction can hold a
grade, its log entry and the audit entry together.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

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
    TypeDecorator,
    event,
    inspect,
)
from sqlalchemy.engine import make_url

from hocvuso.database import connect, is_sqlite, keep_others_out, told_when_locked
from hocvuso.errors import StorageError
from hocvuso.language import N_
from hocvuso.lessons.editions import read_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection, Dialect, Engine

    from hocvuso.places import Places

metadata = MetaData()


class Told(TypeDecorator[str]):
    """Text in which learners may have had a say: PostgreSQL has no character 0, so nobody keeps one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The text as it is kept."""
        return None if value is None else value.replace("\0", "\N{REPLACEMENT CHARACTER}")


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
    Column("details", Told, nullable=False),
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
    Column("reason", Told),
    Column("points", Float),
    Column("out_of", Float),
    Column("questions", Told, nullable=False),
    Column("engine", String(32), nullable=False),
    Column("master", String(80), nullable=False),
    Column("submission_hash", String(80), nullable=False),
    Column("receipt", String(128)),
    Column("handed_in", String(32)),
    Column("graded", String(32), nullable=False),
    Index("hocvuso_scores_of", "learner", "edition"),
)

# What a learner's counted submission answered: enough to score it again without opening it.
answers = Table(
    "hocvuso_answers",
    metadata,
    Column("edition", String(64), primary_key=True),
    Column("learner", String(128), primary_key=True),
    Column("submission", String(512), nullable=False),
    Column("answers", Told, nullable=False),
)

# On nbgrader's tables and on ours, for questions that would else read a whole table. nbgrader keeps what it does not
# know, and its own tools go by the version of its schema, which an index does not change.
INDEXES = {
    "hocvuso_ix_submitted_student": ("submitted_assignment", "student_id"),
    "hocvuso_ix_submitted_notebook": ("submitted_notebook", "assignment_id"),
    "hocvuso_ix_grade": ("grade", "notebook_id"),
    "hocvuso_ix_comment": ("comment", "notebook_id"),
    "hocvuso_ix_scores": ("hocvuso_scores", "submission"),
}

_REFUSE_IN_SQLITE = (
    "CREATE TRIGGER {table}_no_{action} BEFORE {action} ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
)
_FUNCTION_IN_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION hocvuso_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME USING ERRCODE = '23000'; END $$"
)
# not for each row: also a statement that would find none, and one that empties the table
_REFUSE_IN_POSTGRESQL = (
    "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION hocvuso_refuse()"
)


def _never_changed(table: Table) -> None:
    """Let the database itself refuse to change or delete a row of ``table``, from when the table is made."""
    refuse = {
        "sqlite": [_REFUSE_IN_SQLITE.format(table=table.name, action=a) for a in ("update", "delete")],
        "postgresql": [_FUNCTION_IN_POSTGRESQL, _REFUSE_IN_POSTGRESQL.format(table=table.name)],
    }
    for dialect, statements in refuse.items():
        for statement in statements:
            ddl = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


_never_changed(audit_log)
_never_changed(scores)


def prepare(engine: Engine) -> None:
    """Make our tables and indexes where they are missing. nbgrader's tables must be there (see `open_gradebook`)."""
    if _is_prepared(engine):
        return
    with writing(engine) as connection:
        metadata.create_all(bind=connection)
        for name, (table, column) in INDEXES.items():
            connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({column})")


def _is_prepared(engine: Engine) -> bool:
    found = inspect(engine)
    if not set(metadata.tables) <= set(found.get_table_names()):
        return False
    tables = {table for table, _ in INDEXES.values()}
    return set(INDEXES) <= {index["name"] for table in tables for index in found.get_indexes(table)}


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction of the one writer that a gradebook has at a time: what it reads no other changes meanwhile."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # else it would begin as a reader, and fail where another one writes first
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        keep_others_out(connection)
        yield connection


def opened(places: Places) -> Engine:
    """An engine for the gradebook, with nbgrader's tables and ours in place; the caller disposes of it."""
    with told_when_locked():
        if not _has_tables(places.gradebook_url):
            _refuse_a_second_one(places)
            from hocvuso.lessons.convert import prepare_gradebook  # loads nbgrader, which takes seconds

            prepare_gradebook(places.gradebook_url)
        engine = connect(places.gradebook_url)
        try:
            prepare(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine


def _refuse_a_second_one(places: Places) -> None:
    """StorageError when the course has a gradebook that is away just now: grades must not go into an empty one."""
    lessons = read_ledger(places.editions).lessons.values()
    if any(edition.released for editions in lessons for edition in editions):
        raise StorageError(
            N_(
                "Không thấy sổ điểm của khóa học: hãy đưa sổ điểm trở lại; nếu vừa chuyển sang sổ điểm khác, "
                "hãy chạy hocvuso release. Chưa mất gì."
            )
        )


def _has_tables(db_url: str) -> bool:
    """Whether nbgrader's tables are there; they are made in one transaction."""
    if is_sqlite(db_url) and not Path(make_url(db_url).database or "").is_file():
        return False  # asking would make an empty file
    engine = connect(db_url)
    try:
        return inspect(engine).has_table("alembic_version")
    finally:
        engine.dispose()


@contextmanager
def open_gradebook(places: Places) -> Iterator[Engine]:
    """The gradebook's engine, with nbgrader's tables and ours in place."""
    engine = opened(places)
    try:
        with told_when_locked():
            yield engine
    finally:
        engine.dispose()
