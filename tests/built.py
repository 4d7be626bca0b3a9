"""All lessons of this repository, built once for everything that needs them.

The course lies in build/course and is kept: a later run builds only what has changed since.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from hocvuso.lessons.build import build
from hocvuso.places import Places

ROOT = Path(__file__).parents[1]
LESSONS = sorted(path.stem for path in (ROOT / "notebooks" / "lessons").glob("*/*.md"))


def built_course() -> Places:
    """The course with every lesson's source and release edition; nobody hands in here."""
    root = ROOT / "build" / "course"
    root.mkdir(parents=True, exist_ok=True)
    (root / "nbgrader_config.py").touch()
    if not (root / "notebooks").is_symlink():
        (root / "notebooks").symlink_to(ROOT / "notebooks")
    places = Places(root)
    _leave_out_what_is_gone(places)
    report = build(places)
    for error in report.errors:
        raise error
    return places


def copy_built(root: Path) -> Places:
    """The built course below ``root``, with texts of its own: a course that may be released and attended."""
    built = built_course()
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    for room in (built.source, built.release):
        shutil.copytree(room, root / room.name)
    places = Places(root)
    places.editions.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(built.editions, places.editions)
    return places


def _leave_out_what_is_gone(places: Places) -> None:
    """Begin anew when a lesson that was built earlier is no more."""
    if {path.name for path in places.release.glob("t*")} - set(LESSONS):
        for room in (places.source, places.release, places.var):
            shutil.rmtree(room, ignore_errors=True)
