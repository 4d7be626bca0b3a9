"""Finds lessons by words, written with or without diacritics: "lua dao" finds "lừa đảo"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Self

from hocvuso.language import nfc
from hocvuso.lessons.catalogue import LessonInfo
from hocvuso.site.shelf import Shelf

MOST_WORDS = 8
_AROUND = 60  # characters of the text before and after what was found
_WORD = re.compile(r"[^\W_]+")
_BEGIN = r"(?<![^\W_])"
_MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)
_NO_PROSE = re.compile(
    r'<(script|style|noscript|h1|p class="hv-[^"]*")[^>]*>.*?</(script|style|noscript|h1|p)>', re.DOTALL
)
_TAG = re.compile(r"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")


@dataclass(frozen=True, slots=True)
class Found:
    """A lesson, and where in its text the words stand: three empty texts when they stand in its title only."""

    info: LessonInfo
    before: str = ""
    words: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in NFC, and the same folded: small letters without diacritics, each at its place."""

    plain: str
    folded: str

    @classmethod
    def of(cls, text: str) -> Self:
        """The text, its blanks made single ones."""
        plain = nfc(" ".join(text.split()))
        return cls(plain, fold(plain))


class Index:
    """The texts of the released lessons, each read once."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._texts: dict[tuple[str, str], tuple[str, Text]] = {}  # by edition and language: of which page

    def find(self, query: str, lang: str) -> list[Found]:
        """The lessons in which every word of ``query`` begins some word; nothing for a query without words.

        Those that have them in the title come first, then those that have them side by side.
        """
        words = _WORD.findall(fold(nfc(query)))[:MOST_WORDS]
        if not words:
            return []
        each = [re.compile(_BEGIN + word) for word in words]
        together = re.compile(_BEGIN + r"[\W_]+".join(words))
        ranked = []
        for place, info in enumerate(editions[0] for editions in self._shelf.lessons().values()):
            title = fold(nfc(f"{info.title} | {info.title_en or ''}"))
            text = self._text(info, lang)
            if all(word.search(title) or word.search(text.folded) for word in each):
                side_by_side = together.search(text.folded)
                hit = side_by_side or next(filter(None, (word.search(text.folded) for word in each)), None)
                in_title = all(word.search(title) for word in each)
                ranked.append(((not in_title, side_by_side is None, place), _found(info, text, hit)))
        return [found for _, found in sorted(ranked, key=lambda pair: pair[0])]

    def _text(self, info: LessonInfo, lang: str) -> Text:
        page = self._shelf.find_page(info.edition, lang)
        stamp = page.packed.etag if page else ""
        kept = self._texts.get((info.edition, lang))
        if kept is None or kept[0] != stamp:
            known = info.translations[lang].prompts if lang in info.translations else {}
            asked = (known.get(question["id"], question.get("prompt", "")) for question in info.questions)
            prompts = " ".join(map(str, asked))
            kept = stamp, Text.of(f"{text_of(page.packed.body.decode('utf-8')) if page else ''} {prompts}")
            self._texts[info.edition, lang] = kept
        return kept[1]


def text_of(page: str) -> str:
    """What the main part of a built page says besides its title and counts, without tags."""
    main = _MAIN.search(page)
    return unescape(_TAG.sub(" ", _NO_PROSE.sub(" ", main[0] if main else "")))


def fold(text: str) -> str:
    """``text``, which is NFC, in small letters without diacritics: as many characters as it has."""
    return "".join(map(_bare, text))


@lru_cache(maxsize=4096)
def _bare(character: str) -> str:
    first = unicodedata.normalize("NFD", character)[0]
    return "d" if first in "đĐ" else first.lower()[:1]


def _found(info: LessonInfo, text: Text, hit: re.Match[str] | None) -> Found:
    if hit is None:
        return Found(info)
    begin, end = hit.span()
    rest = _WORD.match(text.plain, end)  # to the end of the word
    end = rest.end() if rest else end
    before, after = text.plain[max(0, begin - _AROUND) : begin], text.plain[end : end + _AROUND]
    if begin > _AROUND:
        before = "… " + before.partition(" ")[2]
    if end + _AROUND < len(text.plain):
        after = after.rpartition(" ")[0] + " …"
    return Found(info, before, text.plain[begin:end], after)
