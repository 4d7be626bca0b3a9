"""What a lesson is made of: how many tasks, points and minutes; its opening and its end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from math import ceil

from hocvuso.language import N_
from hocvuso.lint.course import Course, Page
from hocvuso.lint.rule import Complaint, PageRule
from hocvuso.questions import Choice

ITEMS = (6, 8)
POINTS = (8, 12)
TYPES = 3
MINUTES = (5, 15)
CORE, TODAY = "Điều cốt lõi", "Làm ngay hôm nay"
SENTENCES = 3

_SENTENCE = re.compile(r"[.?!…][”)]*(?=\s|$)")
_WORDS_A_MINUTE = 200  # silent reading of plain Vietnamese, in syllables, on a phone
_SECONDS_TO_ANSWER = 20  # beyond the reading of the question
_SECONDS_TO_CODE = 120
_MARGIN = 2  # a lesson may take half or twice what the count says: readers differ that much


class LessonShape(PageRule):
    """A lesson has 6 to 8 tasks of at least three types and 8 to 12 points, half of the tasks doing."""

    code = "lesson-shape"
    mend = N_("Hãy thêm, bớt hoặc đổi loại câu hỏi; loại câu hỏi có trong docs/questions.md.")

    def complaints(self, page: Page, course: Course) -> Iterator[tuple[int, str, Complaint]]:
        """Counts that lie outside of the range."""
        del course
        lesson = page.lesson
        tests = sum(cell.role == "test" for cell in lesson.cells)
        items = tests + len(lesson.questions)
        types = len({question.type for question in lesson.questions}) + bool(tests)
        recognising = sum(isinstance(question, Choice) for question in lesson.questions)
        line = page.line_of(r"  id:")
        if not ITEMS[0] <= items <= ITEMS[1]:
            yield line, "", _range(N_("Bài có {count} câu hỏi; cần từ {low} đến {high}."), items, ITEMS)
        if not POINTS[0] <= lesson.points <= POINTS[1]:
            yield (
                line,
                "",
                _range(N_("Cả bài được {count} điểm; cần từ {low} đến {high}."), lesson.points, POINTS),
            )
        if types < TYPES:
            sentence = N_("Bài chỉ có {count} loại câu hỏi; cần ít nhất {least}.")
            yield line, "", Complaint(sentence, {"count": types, "least": TYPES})
        if 2 * recognising > items:
            sentence = N_("{count} trong {all} câu chỉ là chọn một đáp án; ít nhất một nửa phải là việc làm.")
            yield line, "", Complaint(sentence, {"count": recognising, "all": items})


class LessonParts(PageRule):
    """A lesson opens with its title and what matters in three sentences, and ends with one thing to do today."""

    code = "lesson-parts"
    mend = N_("Hãy thêm hoặc sửa phần ấy theo khung do lệnh hocvuso new tạo ra.")

    def complaints(self, page: Page, course: Course) -> Iterator[tuple[int, str, Complaint]]:
        """Parts that are missing."""
        del course
        lesson = page.lesson
        first = next((cell for cell in lesson.cells if cell.role == "markdown"), None)
        heading = first.source.lstrip().splitlines()[0] if first else ""
        if heading.strip() != f"# {lesson.front.title}":
            sentence = N_("Ô chữ đầu tiên chưa mở bằng “# ” và đúng tên bài.")
            yield first.line if first else 1, "", Complaint(sentence)
        headings = {p.text.casefold(): p.line for p in page.passages if p.kind == "heading"}
        for wanted in (CORE, TODAY):
            if wanted.casefold() not in headings:
                yield page.line_of("# "), "", Complaint(N_("Bài thiếu phần “{part}”."), {"part": wanted})
        line = headings.get(CORE.casefold())
        count = len(_SENTENCE.findall(_section(page, CORE)))
        if line and count != SENTENCES:
            sentence = N_("Phần “{part}” có {count} câu; cần đúng {wanted}.")
            yield line, "", Complaint(sentence, {"part": CORE, "count": count, "wanted": SENTENCES})


class Minutes(PageRule):
    """The minutes that a lesson promises fit its words and tasks."""

    code = "minutes"
    mend = N_("Hãy sửa minutes, hoặc rút ngắn bài.")

    def complaints(self, page: Page, course: Course) -> Iterator[tuple[int, str, Complaint]]:
        """A promise outside of the range, or far from what reading and answering takes."""
        del course
        promised, needed = page.lesson.front.minutes, minutes_needed(page)
        line = page.line_of(r"  minutes:")
        if not MINUTES[0] <= promised <= MINUTES[1]:
            yield (
                line,
                "minutes",
                _range(N_("Bài ghi {count} phút; cần từ {low} đến {high}."), promised, MINUTES),
            )
        elif not needed / _MARGIN <= promised <= needed * _MARGIN:
            sentence = N_("Bài ghi {promised} phút, còn đọc và trả lời cần khoảng {needed} phút.")
            yield line, "minutes", Complaint(sentence, {"promised": promised, "needed": needed})


def minutes_needed(page: Page) -> int:
    """How long reading and answering takes, by the number of words and tasks."""
    words = sum(len(passage.text.split()) for passage in page.passages)
    tests = sum(cell.role == "test" for cell in page.lesson.cells)
    seconds = len(page.lesson.questions) * _SECONDS_TO_ANSWER + tests * _SECONDS_TO_CODE
    return ceil(words / _WORDS_A_MINUTE + seconds / 60)


def _section(page: Page, heading: str) -> str:
    """The text below ``heading``, up to the next heading or question."""
    after = [p.kind == "heading" and p.text.casefold() == heading.casefold() for p in page.passages]
    start = after.index(True) + 1 if True in after else len(after)
    body = takewhile(lambda p: p.kind != "heading" and not p.where, page.passages[start:])
    return "\n".join(p.text for p in body)


def _range(sentence: str, count: int, bounds: tuple[int, int]) -> Complaint:
    return Complaint(sentence, {"count": count, "low": bounds[0], "high": bounds[1]})
