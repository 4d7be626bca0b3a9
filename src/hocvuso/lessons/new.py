"""``hocvuso new``: the skeleton of a lesson, with comments that tell an author what goes where."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from hocvuso.curriculum import OWN_FROM, OWN_TO, framework
from hocvuso.errors import LessonError
from hocvuso.language import N_
from hocvuso.lessons.editions import write_atomically
from hocvuso.lessons.front import NO_PLACE, missing_place

if TYPE_CHECKING:
    import datetime as dt

    from hocvuso.places import Places

_ID = re.compile(r"t(?P<topic>[0-9]{2})-[0-9]{2}")
_SKELETON = Path(__file__).parent / "templates" / "new-lesson.md"


def new_lesson(places: Places, lesson: str, today: dt.date) -> Path:
    """Write a skeleton that builds as it is; an existing lesson is never overwritten."""
    found = _ID.fullmatch(lesson)
    if found and (missing := missing_place(lesson)):
        raise LessonError(NO_PLACE, **missing)
    if not found or not framework().has_place(lesson):
        raise LessonError(
            N_(
                "Mã bài “{lesson}” chưa đúng: hãy viết như t14-06 (chủ đề 14, bài 6); bài ngoài danh sách "
                "chính thức mang số từ {first} đến {last}, ví dụ t14-{first}."
            ),
            lesson=lesson,
            first=OWN_FROM,
            last=OWN_TO,
        )
    existing = next(places.lessons.glob(f"*/{lesson}.md"), None)
    if existing:
        raise LessonError(N_("Bài {lesson} đã có ở {path}: không ghi đè."), lesson=lesson, path=existing)
    text = _SKELETON.read_text(encoding="utf-8")
    for name, value in {**_planned(lesson), "TODAY": today.isoformat()}.items():
        text = text.replace(f"@{name}@", value)
    path = places.lessons / f"t{found['topic']}" / f"{lesson}.md"
    write_atomically(path, text)
    return path


def _planned(lesson: str) -> dict[str, str]:
    """What the framework plans for this place; a place that it leaves open gets words to be replaced."""
    plan = framework().lessons.get(lesson)
    return {
        "LESSON": lesson,
        "TOPIC": str(int(lesson[1:3])),
        "TITLE": plan.name.vi if plan else "Tên bài bằng tiếng Việt",
        "TITLE_EN": plan.name.en if plan else "The title in English",
        "COMPETENCES": ", ".join(f'"{code}"' for code in (plan.competences if plan else ("1.1",))),
    }
