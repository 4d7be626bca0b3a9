"""An nbgrader course, as its own configuration describes it.

nbgrader reads the configuration itself (nbgrader_config.py here, in the course folder and in Jupyter's own places;
options of the command line), so that every name and default is the one of the installed nbgrader.
"""

from __future__ import annotations

import glob
import os
import re
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde
from nbgrader.utils import find_all_files, parse_utc
from traitlets import TraitError
from traitlets.config import Config

from hocvuso.errors import SetupError
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

TIMESTAMP = "timestamp.txt"
_LONGEST_TIMESTAMP = 1000
_NOTEBOOK = ".ipynb"


@dataclass(frozen=True, slots=True)
class Handed:
    """A submission's folder: whose it is, for which assignment, and the notebooks that were asked for."""

    student: str
    assignment: str
    folder: Path
    notebooks: tuple[Path, ...]


class Course:
    """The course that ``nbgrader autograde ARGUMENTS`` would work on. ``converter`` has nbgrader's own settings."""

    def __init__(self, arguments: Sequence[str], root: Path | None = None) -> None:
        app: Any = AutogradeApp()
        try:
            with chdir(root or "."):  # where nbgrader looks first
                app.initialize([*arguments], root=str(root.resolve()) if root else "")
            if len(app.extra_args) + bool(app.coursedir.assignment_id) != 1:
                raise SetupError(N_("Hãy ghi tên một bài cần chấm, ví dụ: hocvuso autograde ps1."))
            if app.extra_args:
                app.coursedir.assignment_id = app.extra_args[0]
            self.directory = app.coursedir
            self.converter: Any = Autograde(coursedir=app.coursedir, parent=app)
        except SystemExit as stopped:  # nbgrader has said why
            raise SetupError(N_("nbgrader không nhận cấu hình hoặc tham số của lệnh này.")) from stopped
        except TraitError as error:  # the value of an option
            raise SetupError(N_("Cấu hình nbgrader không hợp lệ: {why}"), why=error) from error
        self.config: Config = app.config
        self.assignment_glob: str = app.coursedir.assignment_id
        self.whole_assignments: bool = app.coursedir.notebook_id == "*"

    @property
    def db_url(self) -> str:
        """SQLAlchemy address of the gradebook."""
        return str(self.directory.db_url)

    def submissions(self) -> list[Handed]:
        """What is to be graded, by folder name, as nbgrader finds it; SetupError when there is nothing."""
        excluded = set(filter(None, self.directory.student_id_exclude.split(",")))
        pattern = self.path("submitted", self.directory.student_id, self.assignment_glob)
        found = [self._handed(Path(folder)) for folder in sorted(glob.glob(str(pattern)))]  # noqa: PTH207  (as nbgrader)
        if not any(one.notebooks for one in found):
            raise SetupError(N_("Không có bài nộp nào ở {path}."), path=pattern)
        return [one for one in found if one.student not in excluded]

    def _handed(self, folder: Path) -> Handed:
        step = self.directory.submitted_directory
        shape = self.directory.format_path(step, "(?P<student>.*)", "(?P<assignment>.*)", escape=True)
        matched = re.match(shape, str(folder))
        if matched is None:
            raise SetupError(N_("Không đọc được tên người học và tên bài từ đường dẫn {path}."), path=folder)
        names = glob.glob(os.path.join(glob.escape(str(folder)), self.directory.notebook_id + _NOTEBOOK))  # noqa: PTH118, PTH207
        return Handed(
            matched["student"], matched["assignment"], folder, tuple(sorted(Path(name) for name in names))
        )

    def path(self, step: str, student: str, assignment: str) -> Path:
        """nbgrader's folder of a step: ``source``, ``release``, ``submitted`` or ``autograded``."""
        folder = getattr(self.directory, f"{step}_directory")
        return Path(os.path.normpath(self.directory.format_path(folder, student, assignment)))

    def source(self, assignment: str) -> Path:
        """The instructor's folder of an assignment."""
        return self.path("source", ".", assignment)

    def extra_files(self, folder: Path) -> dict[str, Path]:
        """Every other file of a folder by its relative name; links and what the course ignores are left out."""
        ignored = [*self.directory.ignore, f"*{_NOTEBOOK}"]
        found = (Path(name) for name in sorted(find_all_files(str(folder), ignored)))
        return {str(path.relative_to(folder)): path for path in found if is_plain(path)}

    def masters_files(self, assignment: str) -> dict[str, Path]:
        """The instructor's files that replace the learner's of the same name."""
        kept = {os.path.normpath(name) for name in self.converter.exclude_overwriting.get(assignment, [])}
        files = self.extra_files(self.source(assignment))
        return {name: path for name, path in files.items() if name not in kept}

    def stand_ins(self, assignment: str) -> dict[str, Path]:
        """The instructor's own version of the files that learners write (``Autograde.exclude_overwriting``)."""
        masters = self.masters_files(assignment)
        return {n: p for n, p in self.extra_files(self.source(assignment)).items() if n not in masters}

    def is_due(self, one: Handed) -> bool:
        """Whether it is not graded yet, is newer than what was graded, or is to be graded anyway."""
        graded = self.path("autograded", one.student, one.assignment)
        if self.converter.force:
            return True
        if self.whole_assignments:
            missing = not graded.exists()
        else:
            missing = any(not (graded / notebook.name).exists() for notebook in one.notebooks)
        if missing:
            return True
        new, old = timestamp_in(one.folder).time, timestamp_in(graded).time
        return new is not None and old is not None and new > old

    def run_hook(self, one: Handed, when: Literal["pre", "post"]) -> None:
        """Run the course's own function before or after a submission, as nbgrader does; not from several threads."""
        self.converter.notebooks = [str(path) for path in one.notebooks]
        getattr(self.converter, f"run_{when}_convert_hook")()


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something was handed in, by its timestamp.txt; ``damaged`` when the file says nothing readable."""

    time: datetime | None
    damaged: bool = False


def timestamp_in(folder: Path) -> Stamp:
    """The time in a folder's timestamp.txt (UTC, without a zone, as the gradebook keeps it)."""
    path = folder / TIMESTAMP
    if not path.is_file() or not is_plain(path):
        return Stamp(None)
    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST_TIMESTAMP).decode("utf-8-sig").strip()
        return Stamp(parse_utc(text) if text else None)
    except (ValueError, OverflowError, TypeError, OSError):
        return Stamp(None, damaged=True)


def is_plain(path: Path) -> bool:
    """Whether it is a regular file itself: nothing that a learner made point elsewhere is opened."""
    return path.is_file() and not path.is_symlink()
