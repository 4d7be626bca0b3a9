"""The rule about translations: what the build would only report."""

from __future__ import annotations

from collections.abc import Iterator

from hocvuso.errors import LessonError
from hocvuso.language import N_
from hocvuso.lessons.translation import read_translations
from hocvuso.lint.course import Course, Page
from hocvuso.lint.rule import Complaint, PageRule


class InStep(PageRule):
    """A translation has every text of its lesson, as it is now, with the same marks, and none besides."""

    code = "translation"
    mend = N_("Cách dịch một bài có trong docs/authors.md.")

    def complaints(self, page: Page, course: Course) -> Iterator[tuple[int, str, Complaint]]:
        """What is missing, older than the text, no longer in it, or of no use, in each language."""
        del course
        try:
            translations = read_translations(page.lesson)
        except LessonError as error:
            yield 1, "", Complaint(error.message, error.fields)
            return
        for translation in translations:
            for problem in translation.problems:
                where = problem.where or translation.lang
                yield 1, where, Complaint(problem.sentence, problem.fields)
