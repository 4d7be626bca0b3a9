"""What a graded submission leaves in the course's autograded folder, whole or not at all."""

from __future__ import annotations

import glob
import os
import shutil
import stat
import uuid
from typing import TYPE_CHECKING, Any

from nbformat import writes as untyped_writes

from hocvuso.errors import SubmissionError
from hocvuso.grading.autograde.course import is_plain
from hocvuso.language import N_
from hocvuso.lessons.swap import put_in_place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hocvuso.grading.autograde.course import Course, Handed
    from hocvuso.grading.autograde.score import Graded

writes: Any = untyped_writes
# of a submission's other files: they must fit into the box, beside what the code writes
MAX_BYTES = 40 * 1024 * 1024
_GROUP = stat.S_ISGID | stat.S_IRWXU | stat.S_IRWXG


def files_of(course: Course, one: Handed) -> dict[str, Path]:
    """The files beside the notebooks: the learner's, then the instructor's in place of those of the same name."""
    return course.extra_files(one.folder) | course.masters_files(one.assignment)


def read_all(files: Mapping[str, Path]) -> dict[str, bytes]:
    """Their contents, for the box; SubmissionError when they are too large for it."""
    if sum(path.stat().st_size for path in files.values()) > MAX_BYTES:
        raise SubmissionError(
            N_("Các tệp kèm theo bài lớn hơn {most} MB nên không đưa vào hộp cát được."),
            most=MAX_BYTES // 1024 // 1024,
        )
    return {name: path.read_bytes() for name, path in files.items()}


def write_autograded(
    course: Course, one: Handed, graded: Mapping[str, Graded], files: Mapping[str, Path]
) -> None:
    """Put the notebooks and files into the place of what an earlier run left.

    With a choice of notebooks only those are replaced, as with nbgrader.
    """
    target = course.path("autograded", one.student, one.assignment)
    staging = (
        target.parent / f".{target.name}.{uuid.uuid4().hex}"
    )  # nbgrader's patterns pass over hidden names
    new, old = staging / "new", staging / "old"
    for left in target.parent.glob(
        f".{glob.escape(target.name)}.*"
    ):  # of a run that was killed; one runs at a time
        _remove(left)
    try:
        if course.whole_assignments or not target.exists():
            new.mkdir(parents=True)
        else:
            shutil.copytree(target, new)
        for name, path in files.items():
            _copy(path, new / name)
        for name, notebook in graded.items():
            _write(new / f"{name}.ipynb", notebook.notebook)
        _permit(course, new)
        put_in_place(new, target, old)
    finally:
        _remove(staging)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() or target.is_symlink():
        target.unlink()
    if is_plain(source):
        shutil.copy(source, target)


def _write(target: Path, notebook: Any) -> None:
    if target.exists():
        target.unlink()
    text: str = writes(notebook, version=4)
    with target.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def _permit(course: Course, folder: Path) -> None:
    """nbgrader's permissions: read-only files, or what a group shares."""
    mode = int(str(course.converter.permissions), 8)
    for place, _, names in os.walk(folder):
        for name in names:
            os.chmod(os.path.join(place, name), mode)  # noqa: PTH101, PTH118
        if course.directory.groupshared:
            os.chmod(place, stat.S_IMODE(os.stat(place).st_mode) | _GROUP)  # noqa: PTH101, PTH116


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
