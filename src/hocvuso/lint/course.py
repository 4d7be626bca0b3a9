"""All lessons of a course as the rules see them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hocvuso.lessons.read import Lesson
from hocvuso.lint.passages import Passage, passages_of
from hocvuso.lint.reference import Reference
from hocvuso.questions import Choice
from hocvuso.questions.base import Question
from hocvuso.questions.form import Form


@dataclass(frozen=True)
class Page:
    """One lesson: its ``file`` as findings name it, its text as it stands there, and what was read from it."""

    file: Path
    text: str
    lesson: Lesson

    @cached_property
    def questions(self) -> tuple[tuple[int, Question], ...]:
        """The questions, each with its line."""
        return tuple((cell.line, cell.question) for cell in self.lesson.cells if cell.question is not None)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """What a person reads."""
        return passages_of(self.lesson, self.line_of(r"  title:"))

    def line_of(self, pattern: str) -> int:
        """The first line of the file that begins with ``pattern``; 1 when none does."""
        return next(
            (n for n, line in enumerate(self.text.splitlines(), start=1) if re.match(pattern, line)), 1
        )


@dataclass(frozen=True)
class Course:
    """All lessons that can be read, the lists that authors keep, and the day."""

    folder: Path
    pages: tuple[Page, ...]
    reference: Reference
    today: dt.date

    def choices(self) -> Iterator[tuple[Page, int, str, Choice]]:
        """Every question with one right option, those in forms too: page, line, place, question."""
        for page in self.pages:
            for line, question in page.questions:
                yield from ((page, line, where, choice) for where, choice in choices_of(question))


def choices_of(question: Question) -> Iterator[tuple[str, Choice]]:
    """The question itself or its fields that have one right option, with their place."""
    if isinstance(question, Choice):
        yield question.id, question
    elif isinstance(question, Form):
        for name, field in question.fields.items():
            if isinstance(field, Choice):
                yield f"{question.id}.{name}", field
