"""The texts of a lesson that a person reads, each with its place, as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from hocvuso.lessons.read import Cell, Lesson
from hocvuso.questions.base import Question
from hocvuso.questions.hotspot import Hotspot
from hocvuso.questions.hotspot.model import SPAN
from hocvuso.questions.table.cells import KINDS

Kind = Literal["title", "heading", "text", "item", "quote", "table", "question", "speech", "data"]
Place = tuple[str, ...]

_NOT_READ = frozenset(
    {"type", "id", "key", "keys", "kind", "look", "to", "best", "value", "tolerance", "points", "address"}
)
_DATA = frozenset({"rows", "repairs", "accept"})  # written wrong on purpose, or what learners may type
_SAID = frozenset({"them", "me", "sender"})  # on simulated screens, in the words of whoever speaks there
_FENCE = re.compile(r"\s*(```|~~~)")
_ITEM = re.compile(r"\A\s*(?:[-*+]|\d+[.)])\s+")
_HEADING = re.compile(r"\A#{1,6}\s+")
_MARKUP = (
    (re.compile(r"`[^`]*`"), " "),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"<[^>\n]+>"), " "),
    (re.compile(r"https?://\S+|\S+@\S+"), " "),
    (re.compile(r"\\([*_\\`#])"), r"\1"),
    (re.compile(r"(?<!\w)[*_]+|[*_]+(?!\w)"), ""),
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, a heading, a part of a question …; ``where`` is a question's id or nothing.

    ``words`` is the text without what is wrong on purpose, for the checks of language.
    """

    line: int
    where: str
    kind: Kind
    text: str
    words: str


def passages_of(lesson: Lesson, title_line: int) -> tuple[Passage, ...]:
    """All texts of ``lesson``, in the order of the file."""
    title = lesson.front.title
    found = [Passage(title_line, "title", "title", title, title)]
    for cell in lesson.cells:
        if cell.question is not None:
            found += _of_question(cell.question, cell.line)
        elif cell.role == "markdown":
            found += _of_markdown(cell)
    return tuple(found)


def plain(markdown: str) -> str:
    """Markdown without its marks, code, addresses and tags."""
    for pattern, instead in _MARKUP:
        markdown = pattern.sub(instead, markdown)
    return " ".join(markdown.split())


def texts_of(question: Question) -> Iterator[tuple[Place, str]]:
    """Each text of a question's record that is read, with the path of its field; no ids, no keys."""
    record = question.record()
    ids = frozenset(_ids(record))
    for place, text in _walk(record, ()):
        is_kind = place[0] == "columns" and text in KINDS
        if text not in ids and not is_kind and _NOT_READ.isdisjoint({place[0], place[-1]}):
            yield place, SPAN.sub(r"\2", text)


def _of_question(question: Question, line: int) -> Iterator[Passage]:
    for place, text in texts_of(question):
        if _DATA.intersection(place):
            yield Passage(line, question.id, "data", text, "")
            continue
        is_message = isinstance(question, Hotspot) and place == ("text",)
        words = _without_signs(question) if isinstance(question, Hotspot) and is_message else text
        kind: Kind = "speech" if is_message or _SAID.intersection(place) else "question"
        yield Passage(line, question.id, kind, text, plain(words))


def _without_signs(question: Hotspot) -> str:
    """The text without its warning signs: a wrong spelling may be one."""
    return SPAN.sub(lambda span: "…" if span[1] in question.signs else span[2], question.text)


def _ids(value: Any) -> Iterator[str]:  # JSON
    if isinstance(value, dict):
        yield from (str(name) for name in value)
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _ids(part)


def _walk(value: Any, place: Place) -> Iterator[tuple[Place, str]]:  # JSON
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _walk(part, (*place, str(name)))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _walk(part, (*place, str(number)))


def _of_markdown(cell: Cell) -> Iterator[Passage]:
    block: list[str] = []
    start, kind, fenced = cell.line, "", False
    for number, raw in enumerate([*cell.source.splitlines(), ""], start=cell.line):
        if _FENCE.match(raw):
            fenced = not fenced
        line = "" if fenced or _FENCE.match(raw) else raw.strip()
        here = _kind(line)
        if block and (not line or here != "text") and not (here == kind == "quote"):
            yield _passage(start, kind, block)
            block = []
        if line and not block:
            start, kind = number, here
        if line:
            block.append(_HEADING.sub("", _ITEM.sub("", line.lstrip("> "))))
    if block:
        yield _passage(start, kind, block)


def _kind(line: str) -> str:
    if _HEADING.match(line):
        return "heading"
    if line.startswith(">"):
        return "quote"
    if line.startswith("|"):
        return "table"
    return "item" if _ITEM.match(line) else "text"


def _passage(line: int, kind: str, block: list[str]) -> Passage:
    text = plain("\n".join(block))
    return Passage(line, "", kind, text, text)  # type: ignore[arg-type]  # one of `_kind`'s words
