"""nbgrader's own GenerateAssignment, called in process: the learner edition comes from nowhere else."""

from __future__ import annotations

import logging
from pathlib import Path

from alembic.script import ScriptDirectory
from nbgrader.api import Base
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import ClearSolutions
from sqlalchemy import inspect, text
from traitlets.config import Config

from hocvuso.database import connect, is_sqlite, keep_others_out, require_utf8
from hocvuso.errors import LessonError
from hocvuso.language import N_
from hocvuso.places import COURSE
from hocvuso.questions.code.model import STUB


class _Kept(logging.Handler):
    """Keeps nbgrader's error lines, so that a failure can be told instead of printed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def prepare_gradebook(db_url: str) -> None:
    """Make nbgrader's tables at ``db_url`` when there are none.

    nbgrader would do this itself, but starts a program named `alembic` for it, which it finds only when the
    environment's folder of programs is on the PATH.
    """
    if db_url.startswith("sqlite:///"):
        Path(db_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = connect(db_url)
    try:
        if inspect(engine).get_table_names():
            return
        with engine.begin() as connection:
            if is_sqlite(
                db_url
            ):  # its driver would commit each table by itself, and a crash leave some of them
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            keep_others_out(connection)
            require_utf8(connection)
            if inspect(connection).get_table_names():
                return  # made by another process in the meantime
            Base.metadata.create_all(bind=connection)
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            head = ScriptDirectory(ALEMBIC_DIR).get_current_head()
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    finally:
        engine.dispose()


def generate(root: Path, edition: str, *, release: Path, db_url: str) -> None:
    """Make ``release/<edition>`` from ``root/source/<edition>`` and enter its cells into the gradebook.

    nbgrader changes into ``root`` while it works, so one process does this in one thread at a time.
    Raises `LessonError` with nbgrader's own words when it refuses.
    """
    prepare_gradebook(db_url)
    kept = _Kept()
    log = logging.Logger("hocvuso.nbgrader", logging.ERROR)  # noqa: LOG001  (of this call alone)
    log.addHandler(kept)
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = COURSE
    config.CourseDirectory.release_directory = str(release)
    config.CourseDirectory.db_url = db_url
    config.CourseDirectory.assignment_id = edition
    config.GenerateAssignment.force = True
    config.ClearSolutions.code_stub = code_stub()
    course = CourseDirectory(config=config, log=log)
    try:
        GenerateAssignment(coursedir=course, config=config, log=log).start()
    except (NbGraderException, RuntimeError, ValueError) as error:
        raise LessonError(
            N_("nbgrader không nhận bản dựng {edition}: {detail}"),
            edition=edition,
            detail=_last_words(kept.lines) or str(error),
        ) from error


def code_stub() -> dict[str, str]:
    """What nbgrader leaves where a solution was, by language: Python's in the learner's."""
    stubs: dict[str, str] = ClearSolutions().code_stub
    return stubs | {"python": "\n".join(STUB)}


def _last_words(lines: list[str]) -> str:
    """The exception's own line out of the traceback that nbgrader logged."""
    tracebacks = [line for line in lines if line.startswith("Traceback")]
    return tracebacks[-1].strip().splitlines()[-1] if tracebacks else ""
