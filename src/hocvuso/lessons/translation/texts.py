"""Which texts of a lesson are translated, and the lesson with other ones in their place: one walk for both.

A text is known by its context and its words. Texts of a question have its id as context, so that the same word may
be said in two ways; paragraphs have none, so that they keep their translation wherever they are moved to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from hocvuso.lessons.translation.markdown import retell_markdown
from hocvuso.questions.retell import texts_of

if TYPE_CHECKING:
    from hocvuso.lessons.front import FrontMatter
    from hocvuso.lessons.read import Cell, Lesson

TITLE = "title"
SOURCES = "sources"
PROSE = "prose"


@dataclass(frozen=True, slots=True)
class Text:
    """One text: its context (empty for prose), its words, and the cell that it stands in."""

    context: str
    words: str
    cell: str


Say: TypeAlias = Callable[[Text], str]


def texts(lesson: Lesson) -> Iterator[Text]:
    """All texts of ``lesson``, in the order of the file; the same one again as often as it stands there."""
    found: list[Text] = []

    def note(text: Text) -> str:
        found.append(text)
        return text.words

    retell_prose(lesson, note)
    yield Text(TITLE, lesson.front.title, TITLE)
    for number, cell in enumerate(lesson.cells, start=1):
        name = cell_name(cell, number)
        yield from (text for text in found if text.cell == name)
        if cell.question is not None:
            yield from question_texts(cell)
    yield from (text for text in found if text.cell == SOURCES)


def question_texts(cell: Cell) -> list[Text]:
    """The texts of a question's cell."""
    assert cell.question is not None  # noqa: S101  (said to the type checker)
    return [Text(cell.id, words, cell.id) for words in texts_of(cell.question)]


def retell_prose(lesson: Lesson, say: Say) -> Lesson:
    """``lesson`` with what ``say`` makes of its title, its prose, its live examples' titles and its sources."""
    cells = tuple(
        _retell_cell(lesson, cell, cell_name(cell, number), say)
        for number, cell in enumerate(lesson.cells, start=1)
    )
    return replace(lesson, front=_retell_front(lesson.front, say), cells=cells)


def cell_name(cell: Cell, number: int) -> str:
    """How a cell is named to translators: its id, else its number."""
    return cell.id or f"{cell.role}-{number}"


def _retell_cell(lesson: Lesson, cell: Cell, name: str, say: Say) -> Cell:
    if cell.role == "markdown":
        title = lesson.front.title
        told = retell_markdown(
            cell.source,
            lambda words: say(
                Text(TITLE if words == title else "", words, TITLE if words == title else name)
            ),
        )
        return replace(cell, source=told)
    if cell.role == "live":
        return replace(cell, title=say(Text(cell.id, cell.title, name)))
    return cell


def _retell_front(front: FrontMatter, say: Say) -> FrontMatter:
    sources = tuple(
        source.model_copy(
            update={
                name: say(Text(SOURCES, words, SOURCES))
                for name, words in (("title", source.title), ("note", source.note))
                if words
            }
        )
        for source in front.sources
    )
    return front.model_copy(update={"title": say(Text(TITLE, front.title, TITLE)), "sources": sources})
