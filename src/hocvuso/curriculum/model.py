"""What the framework consists of: frozen records, each with its source and how sure we are of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hocvuso.language import nfc

Confidence = Literal["high", "medium", "low"]
OWN_FROM, OWN_TO = 51, 99
"""Lesson numbers within a topic that the official list never uses: for lessons that it lacks."""


def _tidy(text: str) -> str:
    return nfc(" ".join(text.split()))


Words = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_tidy)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$", max_length=60)]
Code = Annotated[str, Field(pattern=r"^[1-9]\.[1-9]$")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]


class Entry(BaseModel):
    """A record of a data file; names that the model does not know are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(Entry):
    """The same in Vietnamese and English."""

    vi: Words
    en: Words

    def told(self, lang: str) -> str:
        """The text in ``lang``; Vietnamese in a language that it does not have."""
        return self.en if lang.startswith("en") else self.vi


class Sourced(Entry):
    """Something that a source says: ``source`` is the id of a `Source`."""

    source: Slug
    confidence: Confidence


class Source(Entry):
    """A text on which the framework stands. ``date`` is as exact as it is known: a year, a month or a day."""

    id: Slug
    title: Words
    number: Words | None = None
    date: Day
    checked: dt.date
    note: Words


class Level(Sourced):
    """One of the four levels, with its name in both editions of DigComp."""

    id: Slug
    name: Said
    means: Said
    digcomp_2_2: str
    digcomp_3_0: str


class Tier(Sourced):
    """One of the eight tiers (bậc): two in each level, told apart by tasks, autonomy and thinking."""

    id: int = Field(ge=1)
    level: Slug
    tasks: Said
    autonomy: Said
    thinking: Said
    digcomp_2_2: int
    digcomp_3_0: int


class Domain(Sourced):
    """A domain (miền năng lực)."""

    id: int = Field(ge=1, le=9)
    name: Said
    means: Said


class Competence(Sourced):
    """A competence (năng lực thành phần). ``also`` holds other wordings of its name that are in use."""

    id: Code
    name: Said
    means: Said
    also: tuple[Words, ...] = ()
    digcomp_2_2: Code | None = None
    digcomp_3_0: Code | None = None

    @property
    def domain(self) -> int:
        """The number of its domain."""
        return int(self.id[0])


class DigComp(Sourced):
    """An edition of DigComp: the codes and names, levels and number of steps that crosswalks lead to."""

    id: Literal["2.2", "3.0"]
    levels: tuple[Words, ...]
    steps: int
    names: Mapping[Code, Words]


class Title(Entry):
    """A lesson of the official list, and the competences that fit its title best."""

    name: Said
    competences: tuple[Code, ...] = Field(min_length=1)


class Topic(Sourced):
    """A topic (chuyên đề) with its official lessons in their order; source and confidence hold for these too."""

    id: int = Field(ge=1, le=99)
    name: Said
    by_position: tuple[Code, ...]
    by_content: tuple[Code, ...]
    lesson: tuple[Title, ...] = Field(min_length=1, max_length=OWN_FROM - 1)


class Extra(Sourced):
    """A lesson beyond the official list."""

    id: Annotated[str, Field(pattern=r"^t[0-9]{2}-[5-9][0-9]$")]
    name: Said
    competences: tuple[Code, ...] = Field(min_length=1)


class Role(Sourced):
    """Whom the framework is for, and the level to reach in each competence."""

    id: Slug
    name: Said
    means: Said
    targets: Mapping[Code, Slug]


class Crosswalk(Sourced):
    """Whose reading the crosswalks from topics to competences are."""


class Version(Entry):
    """Which issue of a data file this is, and from when."""

    version: int = Field(ge=1)
    date: dt.date


@dataclass(frozen=True)
class Lesson:
    """A planned lesson: official, or one that the project adds."""

    id: str
    topic: int
    name: Said
    competences: tuple[str, ...]
    source: str
    confidence: Confidence
    official: bool


@dataclass(frozen=True)
class Framework:
    """The whole framework, in the order of its files; every reference in it resolves."""

    versions: Mapping[str, Version]
    sources: tuple[Source, ...]
    levels: tuple[Level, ...]
    tiers: tuple[Tier, ...]
    domains: tuple[Domain, ...]
    competences: tuple[Competence, ...]
    digcomp: tuple[DigComp, ...]
    crosswalk: Crosswalk
    topics: tuple[Topic, ...]
    extras: tuple[Extra, ...]
    roles: tuple[Role, ...]

    @cached_property
    def lessons(self) -> Mapping[str, Lesson]:
        """Every planned lesson by its id: the official ones in their order, then ours."""
        official = (
            Lesson(
                f"t{topic.id:02}-{number:02}",
                topic.id,
                title.name,
                title.competences,
                topic.source,
                topic.confidence,
                official=True,
            )
            for topic in self.topics
            for number, title in enumerate(topic.lesson, start=1)
        )
        ours = (
            Lesson(x.id, int(x.id[1:3]), x.name, x.competences, x.source, x.confidence, official=False)
            for x in self.extras
        )
        return {lesson.id: lesson for lesson in (*official, *ours)}

    def find_topic(self, topic: int) -> Topic | None:
        """The topic with this number."""
        return next((found for found in self.topics if found.id == topic), None)

    def find_competence(self, code: str) -> Competence | None:
        """The competence with this code."""
        return next((found for found in self.competences if found.id == code), None)

    def find_level(self, level: str) -> Level | None:
        """The level with this id."""
        return next((found for found in self.levels if found.id == level), None)

    def has_place(self, lesson: str) -> bool:
        """Whether a lesson may have this id: an official place, or a number of its topic from 51 to 99."""
        return lesson in self.lessons or (
            self.find_topic(int(lesson[1:3])) is not None and OWN_FROM <= int(lesson[4:]) <= OWN_TO
        )

    def levels_up_to(self, level: str) -> tuple[str, ...]:
        """The levels that somebody passes on the way to ``level``, with it, the lowest first."""
        names = [found.id for found in self.levels]
        return tuple(names[: names.index(level) + 1])
