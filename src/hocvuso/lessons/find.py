"""Where the texts of lessons lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hocvuso.errors import LessonError
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hocvuso.places import Places


def find_files(places: Places, lessons: Sequence[str], errors: list[LessonError]) -> list[Path]:
    """The files of ``lessons`` (all when none is named), in their order; what can't be found goes to ``errors``."""
    files: dict[str, Path] = {}
    for path in sorted(places.lessons.glob("*/*.md")):
        if path.stem in files:
            sentence = N_("Bài {lesson} có ở hai nơi: {first} và {second}. Hãy xóa một tệp.")
            errors.append(LessonError(sentence, lesson=path.stem, first=files[path.stem], second=path))
        files.setdefault(path.stem, path)
    for lesson in dict.fromkeys(lessons):
        if lesson not in files:
            sentence = N_("Không có bài {lesson} trong {folder}: hãy xem lại mã bài hoặc chạy hocvuso new.")
            errors.append(LessonError(sentence, lesson=lesson, folder=places.lessons))
    return [path for stem, path in files.items() if not lessons or stem in lessons]
