"""All rules over all lessons: every finding at once, and which rules could not be checked."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hocvuso.errors import LessonError
from hocvuso.language import N_, get_language
from hocvuso.lessons.mistakes import BadLessonsError, Mistake
from hocvuso.lessons.read import read_lesson
from hocvuso.lint.course import Course, Page
from hocvuso.lint.reference import Reference
from hocvuso.lint.rule import Finding, Rule
from hocvuso.lint.rules import RULES
from hocvuso.places import Places


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in how many lessons; ``not_run`` are rules that could not be checked, with the reason."""

    findings: tuple[Finding, ...]
    not_run: tuple[tuple[str, str], ...]
    lessons: int

    def lines(self, lang: str) -> list[str]:
        """For a person: a line per finding, then the rules that did not run, then the count."""
        say = get_language(lang)
        skipped = N_("Quy tắc {code} KHÔNG chạy: {reason}")
        end = N_("Đã xem {lessons} bài: {count} chỗ cần sửa.")
        return [
            *(finding.tell(lang) for finding in self.findings),
            *(say(skipped, code=code, reason=say(reason)) for code, reason in self.not_run),
            say(end, lessons=self.lessons, count=len(self.findings)),
        ]

    def json(self, lang: str) -> str:
        """For a program."""
        say = get_language(lang)
        record: dict[str, Any] = {
            "lessons": self.lessons,
            "findings": [finding.record(lang) for finding in self.findings],
            "not_run": [{"code": code, "reason": say(reason)} for code, reason in self.not_run],
        }
        return json.dumps(record, ensure_ascii=False, indent=1)


def lint(
    places: Places,
    lessons: Sequence[str] = (),
    *,
    today: dt.date,
    rules: Iterable[Rule] = RULES,
    reference: Reference | None = None,
) -> Report:
    """Check all lessons; with ``lessons`` named, only their findings are told.

    A lesson that can't be read is told with the build's own mistakes and left out of all else.
    """
    paths = sorted(places.lessons.glob("*/*.md"))
    wanted = _wanted(places, paths, lessons)
    found: list[Finding] = []
    pages: list[Page] = []
    for path in paths:
        try:
            pages.append(_page(path, places.root))
        except BadLessonsError as error:
            found += [_finding(mistake) for mistake in error.mistakes]
    folder = places.lessons.relative_to(places.root)
    course = Course(folder, tuple(pages), reference or Reference(places.reference), today)
    not_run = []
    for rule in rules:
        if reason := rule.cannot_run(course):
            not_run.append((rule.code, reason))
        else:
            found += rule.check(course)
    told = [finding for finding in found if not lessons or finding.file in wanted]
    told.sort(key=lambda finding: (str(finding.file), finding.line, finding.code))
    return Report(tuple(told), tuple(not_run), len(wanted))


def _page(path: Path, root: Path) -> Page:
    lesson = read_lesson(path, root=root)
    return Page(path.relative_to(root), path.read_text(encoding="utf-8-sig"), lesson)


def _wanted(places: Places, paths: Sequence[Path], lessons: Sequence[str]) -> set[Path]:
    known = {path.stem: path.relative_to(places.root) for path in paths}
    for lesson in lessons:
        if lesson not in known:
            sentence = N_("Không có bài {lesson} trong {folder}: hãy xem lại mã bài hoặc chạy hocvuso new.")
            raise LessonError(sentence, lesson=lesson, folder=places.lessons)
    return {file for stem, file in known.items() if not lessons or stem in lessons}


def _finding(mistake: Mistake) -> Finding:
    return Finding(
        mistake.file, mistake.line, mistake.field, mistake.code, mistake.sentence, "", mistake.fields
    )
