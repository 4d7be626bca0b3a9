"""nbgrader's own GenerateAssignment, called in process: the learner edition comes from nowhere else."""

from __future__ import annotations

import logging
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from hocvuso.errors import LessonError
from hocvuso.language import N_
from hocvuso.places import COURSE


class _Kept(logging.Handler):
    """Keeps nbgrader's error lines, so that a failure can be told instead of printed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def generate(root: Path, edition: str, *, release: Path, db_url: str) -> None:
    """Make ``release/<edition>`` from ``root/source/<edition>`` and enter its cells into the gradebook.

    nbgrader changes into ``root`` while it works, so one process does this in one thread at a time.
    Raises `LessonError` with nbgrader's own words when it refuses.
    """
    kept = _Kept()
    log = logging.Logger("hocvuso.nbgrader", logging.ERROR)
    log.addHandler(kept)
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = COURSE
    config.CourseDirectory.release_directory = str(release)
    config.CourseDirectory.db_url = db_url
    config.CourseDirectory.assignment_id = edition
    config.GenerateAssignment.force = True
    course = CourseDirectory(config=config, log=log)
    try:
        GenerateAssignment(coursedir=course, config=config, log=log).start()
    except (NbGraderException, RuntimeError, ValueError) as error:
        detail = kept.lines[-2] if len(kept.lines) > 1 else str(error)
        last = next((line for line in reversed(kept.lines) if "Traceback" in line), detail).strip().splitlines()[-1]
        raise LessonError(
            N_("nbgrader không nhận bản dựng {edition}: {detail}"), edition=edition, detail=last
        ) from error
