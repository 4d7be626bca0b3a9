"""``hocvuso curriculum``: what the lessons written so far cover of the framework, and what is missing.

Counted are the lessons in ``notebooks/lessons`` that can be read; the mistakes of the others are told beside. A lesson
of several competences or levels counts in each. Graded items are counted: questions by their type, tests of code as
``test``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hocvuso.curriculum import Framework, framework
from hocvuso.errors import LessonError
from hocvuso.language import N_, get_language
from hocvuso.lessons.find import find_files
from hocvuso.lessons.mistakes import BadLessonsError
from hocvuso.lessons.read import Lesson, read_lesson

if TYPE_CHECKING:
    from hocvuso.places import Places

LEAST = 2
"""Lessons that every topic should have at least."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Some lessons counted together: their ids, graded items in all and by type, minutes."""

    lessons: tuple[str, ...]
    questions: int
    minutes: int
    types: Mapping[str, int]

    def record(self) -> dict[str, Any]:  # JSON
        """The tally as JSON."""
        return {
            "lessons": list(self.lessons),
            "questions": self.questions,
            "minutes": self.minutes,
            "types": dict(self.types),
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """A level of a competence without a lesson, and the roles that pass it on the way to their target."""

    competence: str
    level: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """What is written, by topic, competence and level; lessons that could not be read are in ``errors``."""

    framework: Framework
    total: Tally
    topics: Mapping[int, Tally]
    competences: Mapping[str, Tally]
    levels: Mapping[str, Tally]
    pairs: frozenset[tuple[str, str]]  # competences with a level at which some lesson teaches them
    errors: tuple[LessonError, ...]

    @property
    def thin_topics(self) -> tuple[int, ...]:
        """Topics with fewer than two lessons."""
        return tuple(topic for topic, tally in self.topics.items() if len(tally.lessons) < LEAST)

    @property
    def bare_competences(self) -> tuple[str, ...]:
        """Competences without a lesson."""
        return tuple(code for code, tally in self.competences.items() if not tally.lessons)

    @property
    def bare_levels(self) -> tuple[str, ...]:
        """Levels without a lesson."""
        return tuple(level for level, tally in self.levels.items() if not tally.lessons)

    @property
    def bare_extras(self) -> tuple[str, ...]:
        """Lessons beyond the official list that are planned and not written."""
        return tuple(extra.id for extra in self.framework.extras if extra.id not in self.total.lessons)

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """Levels of a competence that some role has to pass and no lesson teaches, the lowest level first."""
        known = self.framework
        return tuple(
            Wanted(competence.id, level.id, roles)
            for level in known.levels
            for competence in known.competences
            if (competence.id, level.id) not in self.pairs
            if (roles := _roles_through(known, competence.id, level.id))
        )

    def official(self, topic: int) -> tuple[int, int]:
        """How many official lessons of a topic are written, and how many there are."""
        listed = [planned for planned in self.framework.lessons.values() if planned.official]
        places = {planned.id for planned in listed if planned.topic == topic}
        return len(places & set(self.topics[topic].lessons)), len(places)

    def open_places(self, topic: int) -> list[str]:
        """The official lessons of a topic that nobody has written, in order."""
        listed = [planned for planned in self.framework.lessons.values() if planned.official]
        places = {planned.id for planned in listed if planned.topic == topic}
        return sorted(places - set(self.topics[topic].lessons))

    def record(self, lang: str) -> dict[str, Any]:  # JSON
        """Everything as JSON with fixed keys; sentences are in ``lang``."""
        known = self.framework
        return {
            "versions": {name: version.version for name, version in known.versions.items()},
            "total": self.total.record(),
            "topics": [
                {
                    "id": topic.id,
                    "name": topic.name.told(lang),
                    "official": dict(zip(("written", "of"), self.official(topic.id), strict=True)),
                    **self.topics[topic.id].record(),
                }
                for topic in known.topics
            ],
            "competences": [
                {"id": each.id, "name": each.name.told(lang), **self.competences[each.id].record()}
                for each in known.competences
            ],
            "levels": [
                {"id": each.id, "name": each.name.told(lang), **self.levels[each.id].record()}
                for each in known.levels
            ],
            "missing": {
                "topics": list(self.thin_topics),
                "competences": list(self.bare_competences),
                "levels": list(self.bare_levels),
                "extras": list(self.bare_extras),
                "wanted": [
                    {"competence": each.competence, "level": each.level, "roles": list(each.roles)}
                    for each in self.wanted
                ],
            },
            "mistakes": [mistake for error in self.errors for mistake in _mistakes(error, lang)],
        }


def find_coverage(places: Places) -> Coverage:
    """What the lessons of a course cover of the framework that ships with this package."""
    errors: list[LessonError] = []
    lessons: list[Lesson] = []
    for path in find_files(places, (), errors):
        try:
            lessons.append(read_lesson(path, root=places.root))
        except LessonError as error:
            errors.append(error)
    known = framework()
    return Coverage(
        framework=known,
        total=_tally(lessons),
        topics={t.id: _tally(x for x in lessons if x.front.topic == t.id) for t in known.topics},
        competences={
            c.id: _tally(x for x in lessons if c.id in x.front.competences) for c in known.competences
        },
        levels={v.id: _tally(x for x in lessons if v.id in x.front.levels) for v in known.levels},
        pairs=frozenset((c, v) for x in lessons for c in x.front.competences for v in x.front.levels),
        errors=tuple(errors),
    )


def lines(coverage: Coverage, lang: str) -> Iterator[str]:
    """The coverage as text in ``lang``."""
    say = get_language(lang)
    known, total = coverage.framework, coverage.total
    written, of = map(sum, zip(*(coverage.official(topic.id) for topic in known.topics), strict=True))
    yield say(
        N_(
            "{lessons} bài, {questions} câu hỏi, {minutes} phút; đã viết {written} trong {of} bài chính thức."
        ),
        lessons=len(total.lessons),
        questions=total.questions,
        minutes=total.minutes,
        written=written,
        of=of,
    )
    yield ""
    yield _row(say(N_("Bài")), say(N_("Câu")), say(N_("Phút")), say(N_("Chủ đề (bài chính thức đã viết)")))
    for topic in known.topics:
        name = f"{topic.id:2}. {topic.name.told(lang)} ({'/'.join(map(str, coverage.official(topic.id)))})"
        yield _tally_row(coverage.topics[topic.id], name)
        if places := coverage.open_places(topic.id):
            yield _row("", "", "", "   " + say(N_("chưa viết: {lessons}"), lessons=", ".join(places)))
    yield ""
    yield _row(say(N_("Bài")), say(N_("Câu")), say(N_("Phút")), say(N_("Năng lực")))
    for competence in known.competences:
        yield _tally_row(coverage.competences[competence.id], f"{competence.id} {competence.name.told(lang)}")
    yield ""
    yield _row(say(N_("Bài")), say(N_("Câu")), say(N_("Phút")), say(N_("Trình độ")))
    for level in known.levels:
        yield _tally_row(coverage.levels[level.id], level.name.told(lang))
    yield ""
    yield from _missing(coverage, lang)


def _missing(coverage: Coverage, lang: str) -> Iterator[str]:
    say = get_language(lang)
    levels = {level.id: level.name.told(lang) for level in coverage.framework.levels}
    thin = [f"{topic} ({len(coverage.topics[topic].lessons)})" for topic in coverage.thin_topics]
    found: list[tuple[str, list[str]]] = [
        (say(N_("Chủ đề có ít hơn {least} bài"), least=LEAST), thin),
        (say(N_("Năng lực chưa có bài")), list(coverage.bare_competences)),
        (say(N_("Trình độ chưa có bài")), [levels[level] for level in coverage.bare_levels]),
        (say(N_("Bài thêm ngoài danh sách chính thức, chưa viết")), list(coverage.bare_extras)),
    ]
    for level, name in levels.items():
        codes = [each.competence for each in coverage.wanted if each.level == level]
        found.append((say(N_("Vai trò cần, chưa có bài ở trình độ {level}"), level=name), codes))
    missing = [f"  {what}: {', '.join(which)}" for what, which in found if which]
    if not missing:
        yield say(N_("Không thiếu gì so với khung chương trình."))
        return
    yield say(N_("Còn thiếu:"))
    yield from missing


def _row(lessons: object, questions: object, minutes: object, rest: str) -> str:
    return f"{lessons:>4} {questions:>5} {minutes:>5}  {rest}"


def _tally_row(tally: Tally, name: str) -> str:
    types = ", ".join(f"{name} {count}" for name, count in tally.types.items())
    return _row(len(tally.lessons), tally.questions, tally.minutes, f"{name}: {types}" if types else name)


def _tally(lessons: Iterable[Lesson]) -> Tally:
    counted = list(lessons)
    types = Counter(question.type for lesson in counted for question in lesson.questions)
    types["test"] = sum(cell.role == "test" for lesson in counted for cell in lesson.cells)
    return Tally(
        lessons=tuple(sorted(lesson.id for lesson in counted)),
        questions=types.total(),
        minutes=sum(lesson.front.minutes for lesson in counted),
        types={name: count for name, count in sorted(types.items()) if count},
    )


def _roles_through(known: Framework, competence: str, level: str) -> tuple[str, ...]:
    return tuple(role.id for role in known.roles if level in known.levels_up_to(role.targets[competence]))


def _mistakes(error: LessonError, lang: str) -> Iterator[dict[str, Any]]:  # JSON
    if not isinstance(error, BadLessonsError):
        yield {"sentence": error.tell(lang)}
        return
    for mistake in error.mistakes:
        yield {
            "file": str(mistake.file),
            "line": mistake.line,
            "field": mistake.field,
            "code": mistake.code,
            "sentence": mistake.tell(lang),
        }
