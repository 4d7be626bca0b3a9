"""What anyone may know of the built lessons, read from their ``lesson.json`` files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from hocvuso.errors import LessonError
from hocvuso.language import N_
from hocvuso.lessons.editions import read_ledger

if TYPE_CHECKING:
    from pathlib import Path

    from hocvuso.places import Places

# What stands beside the released notebook and is served by the site, but is nobody's assignment file.
NOT_HANDED_OUT = ("lesson.json", "page*.html", "live-*.ipynb")


class LiveCell(BaseModel):
    """A live example: its id, its title, and its notebook's file name beside the edition."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    notebook: str


class InLanguage(BaseModel):
    """A translation of an edition: its title, the prompts of its questions by id, and whether nothing is missing."""

    model_config = ConfigDict(frozen=True)

    title: str
    complete: bool
    prompts: dict[str, str]


class LessonInfo(BaseModel):
    """The public record of one edition; ``questions`` are as asked, without key or explanation."""

    model_config = ConfigDict(frozen=True)

    id: str
    edition: str
    title: str
    title_en: str | None = None
    topic: int
    minutes: int
    competences: tuple[str, ...]
    levels: tuple[str, ...]
    kind: Literal["questions", "coding"]
    points: int
    questions: tuple[dict[str, Any], ...]  # JSON as the question types define it
    live: tuple[LiveCell, ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    translations: dict[str, InLanguage] = {}


def read_catalogue(places: Places) -> list[LessonInfo]:
    """All released editions, sorted by lesson, the newest edition of a lesson first."""
    editions = [
        entry.edition
        for _, entries in sorted(read_ledger(places.editions).lessons.items())
        for entry in reversed(entries)
        if entry.released
    ]
    return [lesson_info(places, edition) for edition in editions]


def lesson_info(places: Places, edition: str) -> LessonInfo:
    """The public record of a built edition; raises `LessonError` when there is none."""
    path = _record_of(places, edition)
    try:
        return LessonInfo.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise LessonError(
            N_("Bài {edition} chưa được dựng: hãy chạy hocvuso build."), edition=edition
        ) from error
    except ValidationError as error:
        raise LessonError(
            N_("Tệp {path} bị hỏng: hãy dựng lại bài bằng hocvuso build."), path=path
        ) from error


def _record_of(places: Places, edition: str) -> Path:
    if not edition or edition.startswith(".") or "/" in edition or "\0" in edition:
        raise LessonError(N_("Không có bài nào tên “{edition}”."), edition=edition)
    return places.release / edition / "lesson.json"
