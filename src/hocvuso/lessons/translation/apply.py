"""A lesson in another language, as far as its PO file has it; and what there is to say about the file.

Falling back is by piece: a paragraph, an item or a cell of a table without translation stands in Vietnamese, marked
as such, among translated ones. A question, and the list of sources, is told in the other language only as a whole:
a front end shows all its texts at once, and half of them would help nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pydantic import ValidationError

from hocvuso.language import N_, SOURCE, get_language
from hocvuso.lessons.mistakes import Told, faults_of
from hocvuso.lessons.translation.marks import lost_marks
from hocvuso.lessons.translation.po import po_files, read_catalogue
from hocvuso.lessons.translation.texts import PROSE, SOURCES, TITLE, Text, question_texts, retell_prose, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from babel.messages.catalog import Catalog

    from hocvuso.lessons.read import Cell, Lesson

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend in a PO file: a catalogue sentence, what fills it, and the cell that it is about, if one."""

    where: str
    sentence: str
    fields: Mapping[str, object]

    def tell(self, lang: str) -> str:
        """The sentence in ``lang``."""
        told = {name: v.tell(lang) if isinstance(v, Told) else v for name, v in self.fields.items()}
        return get_language(lang)(self.sentence, **told)


@dataclass(frozen=True)
class Translation:
    """``lesson`` in ``lang``, as far as the PO file goes.

    ``questions`` has the texts of each question that is translated as a whole. ``left`` names what stands in
    Vietnamese: ids of questions and live examples, ``sources``, ``title``, and ``prose`` when some of that does.
    """

    lang: str
    lesson: Lesson
    questions: Mapping[str, Mapping[str, str]]
    left: frozenset[str]
    problems: tuple[Problem, ...]

    @property
    def complete(self) -> bool:
        """Whether every text has its translation."""
        return not self.left

    def tell(self, lang: str) -> list[str]:
        """What there is to mend in the PO file, a line for each."""
        file = self.lesson.path.with_suffix(f".{self.lang}.po").name
        return [f"{file}: {problem.tell(lang)}" for problem in self.problems]


def read_translations(lesson: Lesson) -> tuple[Translation, ...]:
    """The lesson in every language that it has a PO file in."""
    found = po_files(lesson.path)
    return tuple(
        _Reading(lesson, lang, read_catalogue(path, lang)).translation() for lang, path in found.items()
    )


def in_languages(lesson: Lesson, translations: Iterable[Translation]) -> Lesson:
    """The lesson itself, its questions knowing their translations: what is graded, once for all languages."""
    for translation in translations:
        cells = tuple(map(partial(_knowing, translation), lesson.cells))
        front = lesson.front.model_copy(update={"title_en": translation.lesson.front.title_en})
        lesson = replace(lesson, front=front, cells=cells)
    return lesson


def _knowing(translation: Translation, cell: Cell) -> Cell:
    texts_of_it = translation.questions.get(cell.id)
    if cell.question is None or not texts_of_it:
        return cell
    known = {**cell.question.translations, translation.lang: texts_of_it}
    return replace(cell, question=cell.question.translated(known))


class _Reading:
    """One PO file beside its lesson."""

    def __init__(self, lesson: Lesson, lang: str, catalogue: Catalog) -> None:
        self.lesson = lesson
        self.lang = lang
        self.catalogue = catalogue
        self.problems: list[Problem] = []
        self.left: set[str] = set()
        entries = {(m.context or "", str(m.id)): m for m in catalogue if m.id}
        self.known = {key: str(m.string) for key, m in entries.items() if m.string and not m.fuzzy}
        self.wanted = {(text.context, text.words): text for text in texts(lesson)}
        self._count(
            N_("{count} câu có bản dịch cũ hơn bài (đánh dấu fuzzy): hãy sửa bản dịch rồi bỏ dấu."),
            [key for key, m in entries.items() if key in self.wanted and m.string and m.fuzzy],
        )
        self._count(
            N_("{count} câu của bài chưa có trong tệp: hãy chạy hocvuso translate {lesson} --to {lang}."),
            [key for key in self.wanted if key not in entries],
        )
        self._count(
            N_("{count} câu trong tệp không còn trong bài: hãy chạy hocvuso translate {lesson} --to {lang}."),
            [key for key in entries if key not in self.wanted],
        )
        self._count(
            N_("{count} câu chưa dịch: hãy viết bản dịch vào sau msgstr."),
            [key for key in self.wanted if key in entries and not entries[key].string],
        )

    def _count(self, sentence: str, found: list[Key]) -> None:
        if found:
            fields = {"count": len(found), "lesson": self.lesson.id, "lang": self.lang}
            self.problems.append(Problem("", sentence, fields))

    def translation(self) -> Translation:
        """All of it; what is no use is told among the problems and left in Vietnamese."""
        self._drop_broken()
        missing_sources = any(key not in self.known for key in self.wanted if key[0] == SOURCES)
        if missing_sources:
            self.left.add(SOURCES)
        asked = [cell for cell in self.lesson.cells if cell.question is not None]
        questions = {cell.id: known for cell in asked if (known := self._question(cell))}
        self.left |= {cell.id for cell in asked if cell.id not in questions}
        self.left |= {
            c.id for c in self.lesson.cells if c.role == "live" and (c.id, c.title) not in self.known
        }
        told = retell_prose(self.lesson, self._say)
        title = self.known.get((TITLE, self.lesson.front.title))
        if title is None:
            self.left.add(TITLE)
        front = told.front.model_copy(
            update={
                "title": self.lesson.front.title if title is None else title,
                "title_en": title if self.lang == "en" and title else told.front.title_en,
            }
        )
        if any(not key[0] and key not in self.known for key in self.wanted):
            self.left.add(PROSE)
        cells = tuple(self._cell(cell, questions) for cell in told.cells)
        return Translation(
            lang=self.lang,
            lesson=replace(told, front=front, cells=cells),
            questions=questions,
            left=frozenset(self.left),
            problems=tuple(self.problems),
        )

    def _drop_broken(self) -> None:
        for key, text in self.wanted.items():
            lost = lost_marks(key[1], self.known[key]) if key in self.known else ()
            if lost:
                sentence = N_(
                    "“{start}…”: bản dịch thiếu hoặc thừa {marks}; các dấu này phải như trong câu gốc."
                )
                fields = {"start": key[1][:40], "marks": ", ".join(lost)}
                self.problems.append(Problem(text.cell, sentence, fields))
                del self.known[key]

    def _question(self, cell: Cell) -> dict[str, str] | None:
        wanted = question_texts(cell)
        if not all((text.context, text.words) in self.known for text in wanted) or cell.question is None:
            return None
        told = {text.words: self.known[text.context, text.words] for text in wanted}
        try:
            cell.question.translated({self.lang: told})
        except ValidationError as error:
            for where, _, what in faults_of(error):
                self._note_refused(cell, ".".join(where), what)
            return None
        return told

    def _note_refused(self, cell: Cell, field: str, what: Told) -> None:
        fields = {"field": field, "detail": what}
        self.problems.append(
            Problem(cell.id, N_("Bản dịch của câu hỏi không dùng được: mục “{field}”: {detail}"), fields)
        )

    def _cell(self, cell: Cell, questions: Mapping[str, Mapping[str, str]]) -> Cell:
        if cell.question is None or cell.id not in questions:
            return cell
        told = cell.question.translated({self.lang: questions[cell.id]}).told(self.lang)
        return replace(cell, question=told)

    def _say(self, text: Text) -> str:
        """The translation; prose without one is marked as Vietnamese, all else is marked where it is shown."""
        if text.context == SOURCES and SOURCES in self.left:
            return text.words
        found = self.known.get((text.context, text.words))
        if found is not None:
            return found
        return text.words if text.context else f'<span lang="{SOURCE}">{text.words}</span>'
