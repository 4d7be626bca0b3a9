"""What a rule is, and what it finds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

from hocvuso.language import get_language
from hocvuso.lessons.mistakes import Told
from hocvuso.lint.course import Course, Page
from hocvuso.lint.passages import Passage
from hocvuso.questions.base import Question


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong at a place that the rule's kind knows: a catalogue sentence and what fills it."""

    sentence: str
    fields: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a rule. ``where`` is the id of a question or a field, or nothing.

    ``sentence`` says what is wrong and ``mend`` what to do; both are catalogue entries.
    """

    file: Path
    line: int
    where: str
    code: str
    sentence: str
    mend: str
    fields: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def tell(self, lang: str) -> str:
        """``file:line: where: sentence next step [code]`` in ``lang``."""
        said = self.record(lang)
        where = f" {self.where}:" if self.where else ""
        sentence = " ".join(part for part in (said["sentence"], said["next"]) if part)
        return f"{self.file}:{self.line}:{where} {sentence} [{self.code}]"

    def record(self, lang: str) -> dict[str, Any]:
        """The finding as JSON."""
        say = get_language(lang)
        told = {name: v.tell(lang) if isinstance(v, Told) else v for name, v in self.fields.items()}
        return {
            "file": str(self.file),
            "line": self.line,
            "where": self.where,
            "code": self.code,
            "sentence": say(self.sentence, **told),
            "next": say(self.mend) if self.mend else "",
        }


class Rule(ABC):
    """One promise about the lessons. ``code`` never changes; ``mend`` says what to do about a finding.

    The first line of a rule's docstring is its line in the index of ``docs/rules/``.
    """

    code: ClassVar[str]
    mend: ClassVar[str]

    @abstractmethod
    def check(self, course: Course) -> Iterator[Finding]:
        """Everything in ``course`` that breaks the promise."""

    def cannot_run(self, course: Course) -> str:
        """Why the rule can't be checked here (a catalogue sentence); nothing when it can."""
        del course
        return ""

    def finding(self, file: Path, line: int, where: str, complaint: Complaint) -> Finding:
        """``complaint`` with its place."""
        return Finding(file, line, where, self.code, complaint.sentence, self.mend, complaint.fields)


class PageRule(Rule):
    """A rule that looks at one lesson at a time."""

    def check(self, course: Course) -> Iterator[Finding]:
        """All complaints, at the line and the place that the rule names."""
        for page in course.pages:
            for line, where, complaint in self.complaints(page, course):
                yield self.finding(page.file, line, where, complaint)

    @abstractmethod
    def complaints(self, page: Page, course: Course) -> Iterator[tuple[int, str, Complaint]]:
        """What is wrong with one lesson: line, place, complaint."""


class QuestionRule(Rule):
    """A rule that looks at one question at a time."""

    def check(self, course: Course) -> Iterator[Finding]:
        """All complaints, each at its question."""
        for page in course.pages:
            for line, question in page.questions:
                for complaint in self.complaints(question):
                    yield self.finding(page.file, line, question.id, complaint)

    @abstractmethod
    def complaints(self, question: Question) -> Iterator[Complaint]:
        """What is wrong with one question."""


class PassageRule(Rule):
    """A rule that looks at one piece of text at a time."""

    def check(self, course: Course) -> Iterator[Finding]:
        """All complaints, each at its passage."""
        for page in course.pages:
            for passage in page.passages:
                for complaint in self.complaints(passage, course):
                    yield self.finding(page.file, passage.line, passage.where, complaint)

    @abstractmethod
    def complaints(self, passage: Passage, course: Course) -> Iterator[Complaint]:
        """What is wrong with one passage."""
