"""``hocvuso new``: the skeleton of a lesson, with comments that tell an author what goes where."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from hocvuso.errors import LessonError
from hocvuso.language import N_
from hocvuso.lessons.editions import write_atomically

if TYPE_CHECKING:
    import datetime as dt

    from hocvuso.places import Places

_ID = re.compile(r"t(?P<topic>[0-9]{2})-[0-9]{2}")
_SKELETON = Path(__file__).parent / "templates" / "new-lesson.md"


def new_lesson(places: Places, lesson: str, today: dt.date) -> Path:
    """Write a skeleton that builds as it is; an existing lesson is never overwritten."""
    found = _ID.fullmatch(lesson)
    if not found or found["topic"] == "00":
        raise LessonError(
            N_("Mã bài “{lesson}” chưa đúng: hãy viết như t14-06 (chủ đề 14, bài 6)."), lesson=lesson
        )
    existing = next(places.lessons.glob(f"*/{lesson}.md"), None)
    if existing:
        raise LessonError(N_("Bài {lesson} đã có ở {path}: không ghi đè."), lesson=lesson, path=existing)
    text = _SKELETON.read_text(encoding="utf-8")
    for name, value in {
        "LESSON": lesson,
        "TOPIC": str(int(found["topic"])),
        "TODAY": today.isoformat(),
    }.items():
        text = text.replace(f"@{name}@", value)
    path = places.lessons / f"t{found['topic']}" / f"{lesson}.md"
    write_atomically(path, text)
    return path
