"""Released lessons, as the site shows them: which edition a learner works on, and its page from memory."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hocvuso.errors import LessonError
from hocvuso.language import SOURCE
from hocvuso.lessons.catalogue import LessonInfo, read_catalogue
from hocvuso.places import Places
from hocvuso.site.files import Packed, pack, with_versions

EDITION = r"[a-z0-9][a-z0-9-]{0,63}"
log = logging.getLogger("hocvuso.site")
_NUMBER = re.compile(r"-e(\d+)$")


def edition_number(edition: str) -> int:
    """Which edition of its lesson this is: 1 for ``t14-05``, 2 for ``t14-05-e2``."""
    found = _NUMBER.search(edition)
    return int(found[1]) if found else 1


def choose_edition(
    released: Iterable[str], *, begun: AbstractSet[str], handed_in: AbstractSet[str]
) -> str | None:
    """The edition that a learner gets: one begun and not yet handed in, else the newest.

    None when none is released.
    """
    newest_first = sorted(released, key=edition_number, reverse=True)
    open_ones = [e for e in newest_first if e in begun and e not in handed_in]
    return next(iter(open_ones + newest_first), None)


@dataclass(frozen=True, slots=True)
class Page:
    """A built page, ready to be sent."""

    packed: Packed
    stamp: int


class Shelf:
    """The released editions of one course; read again when a file changes."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._stamp: object = None
        self._editions: dict[str, LessonInfo] = {}
        self._lessons: dict[str, list[LessonInfo]] = {}
        self._pages: dict[Path, Page] = {}

    def editions(self) -> Mapping[str, LessonInfo]:
        """All released editions by name."""
        stamp = self._fingerprint()
        if stamp != self._stamp:
            try:
                self._editions = {info.edition: info for info in read_catalogue(self._places)}
            except LessonError:
                if self._stamp is None:
                    raise
                log.warning("the catalogue can't be read just now; the earlier one is used")
            else:
                self._stamp = stamp
                self._lessons = _by_lesson(self._editions.values())
        return self._editions

    def lessons(self) -> Mapping[str, Sequence[LessonInfo]]:
        """Editions by lesson, lessons in the order of their ids, the newest edition first."""
        self.editions()
        return self._lessons

    def find_question(self, edition: str, question: str) -> Mapping[str, Any] | None:
        """The question as asked, without its key; None when no released edition has it."""
        info = self.editions().get(edition)
        asked = info.questions if info else ()
        return next((q for q in asked if q["id"] == question), None)

    def find_page(self, edition: str, lang: str = SOURCE) -> Page | None:
        """The edition's built page, in ``lang`` where it was built in it; None when there is none."""
        page = None if lang == SOURCE else self._read_page(edition, f"page.{lang}.html")
        return page or self._read_page(edition, "page.html")

    def _read_page(self, edition: str, name: str) -> Page | None:
        path = self._places.release / edition / name
        try:
            stamp = path.stat().st_mtime_ns
        except OSError:
            return None
        kept = self._pages.get(path)
        if kept is None or kept.stamp != stamp:
            kept = Page(pack(with_versions(path.read_bytes())), stamp)
            self._pages[path] = kept
        return kept

    def find_live(self, edition: str, live: str) -> tuple[Path, str] | None:
        """Notebook and title of a live cell; None when the edition has no such cell."""
        info = self.editions().get(edition)
        for cell in info.live if info else ():
            if cell.id == live:
                path = self._places.release / edition / Path(cell.notebook).name
                return (path, cell.title) if path.is_file() else None
        return None

    def _fingerprint(self) -> object:
        """Changes when an edition is built or released. Asked on every request: two looks, however many lessons.

        An edition is put in its place whole, by a rename, which the folder above it shows.
        """
        return [_stamp_of(path) for path in (self._places.editions, self._places.release)]


def _by_lesson(editions: Iterable[LessonInfo]) -> dict[str, list[LessonInfo]]:
    found: dict[str, list[LessonInfo]] = {}
    for info in sorted(editions, key=lambda each: edition_number(each.edition), reverse=True):
        found.setdefault(info.id, []).append(info)
    return dict(sorted(found.items()))


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
