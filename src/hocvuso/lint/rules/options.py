"""Options that give nothing away: where the right one stands, how long it is, how all of them are built."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from hocvuso.language import N_
from hocvuso.lint.chance import RARE, at_least
from hocvuso.lint.course import Course, choices_of
from hocvuso.lint.rule import Complaint, Finding, QuestionRule, Rule
from hocvuso.questions import MultipleChoice
from hocvuso.questions.base import Question
from hocvuso.questions.shapes import bare, folded

_FEW = 3  # right options at one place in a lesson of so many are a habit
_MUCH_LONGER = 2
_LONG = 60  # characters; below, twice as long is a matter of a word or two
_CATCH_ALL = re.compile(
    r"(tất cả|mọi|cả|không)( các| có)?( hai| ba| bốn| năm| \d)? (đáp án|phương án|ý|câu|lựa chọn)"
    r"( (trả lời|nêu|đã|kể|ở|nào|đều|là))* (trên|dưới|này|kia|đúng|sai|nào)( (đều|là))?( (đúng|sai))?"
    r"|(tất cả|cả (hai|ba|bốn|\d)) đều (đúng|sai)"
    r"|cả [a-f](,? [a-f])* và [a-f]( đều (đúng|sai))?"
)
_FILLERS = frozenset({"thì", "là", "mà", "ạ", "nhé", "ngay", "luôn", "đó", "này", "ấy", "cứ", "rồi"})


class KeyPosition(Rule):
    """The right options stand at all places, none more often than chance has it."""

    code = "key-position"
    mend = N_("Hãy đổi chỗ các phương án trong vài câu.")

    def check(self, course: Course) -> Iterator[Finding]:
        """Lessons with all right options at one place, and places favoured in the whole set."""
        places: Counter[int] = Counter()
        chances: list[float] = []
        for page in course.pages:
            here = [
                (list(choice.options).index(choice.key), len(choice.options))
                for _, question in page.questions
                for _, choice in choices_of(question)
            ]
            places.update(place for place, _ in here)
            chances += [1 / options for _, options in here]
            if len(here) >= _FEW and len({place for place, _ in here}) == 1:
                sentence = N_("Cả {count} câu chọn một đáp án trong bài đều có đáp án ở vị trí thứ {place}.")
                fields = {"count": len(here), "place": here[0][0] + 1}
                yield self.finding(page.file, page.line_of(r"  id:"), "", Complaint(sentence, fields))
        for place, count in sorted(places.items()):
            # any of about four places may be the favoured one
            if 4 * at_least(count, chances) < RARE:
                sentence = N_("Trong cả bộ bài, {count} trên {all} đáp án đứng ở vị trí thứ {place}.")
                fields = {"count": count, "all": len(chances), "place": place + 1}
                yield self.finding(course.folder, 1, "", Complaint(sentence, fields))


class LongestKey(Rule):
    """The right option is not the longest more often than chance has it."""

    code = "longest-key"
    mend = N_("Hãy rút gọn đáp án đúng hoặc viết đủ hơn các phương án khác trong vài câu.")

    def check(self, course: Course) -> Iterator[Finding]:
        """One finding for the whole set, naming questions in which the right option is the longest."""
        chances, found = [], []
        for page, _, where, choice in course.choices():
            lengths = {key: len(text) for key, text in choice.options.items()}
            longest = [key for key, length in lengths.items() if length == max(lengths.values())]
            chances.append(len(longest) / len(lengths))
            if choice.key in longest:
                found.append(f"{page.lesson.id} {where}")
        if found and at_least(len(found), chances) < RARE:
            sentence = N_("Đáp án đúng là phương án dài nhất trong {count} trên {all} câu: {questions}.")
            fields = {"count": len(found), "all": len(chances), "questions": ", ".join(found)}
            yield self.finding(course.folder, 1, "", Complaint(sentence, fields))


class OptionsParallel(QuestionRule):
    """Options are built alike: full stop, capital letter, and none so long that it stands out."""

    code = "options-parallel"
    mend = N_("Hãy viết các phương án cùng một kiểu và gần bằng nhau về độ dài.")

    def complaints(self, question: Question) -> Iterator[Complaint]:
        """Ways in which some options differ from the others."""
        for options in _options_of(question):
            texts = list(options.values())
            if len({text.rstrip('”"’) ')[-1:] == "." for text in texts}) > 1:
                yield Complaint(N_("Có phương án kết thúc bằng dấu chấm, có phương án không."))
            first_letters = [letter for text in texts if (letter := bare(text)[:1]).isalpha()]
            if len({letter.islower() for letter in first_letters}) > 1:
                yield Complaint(N_("Có phương án mở đầu bằng chữ hoa, có phương án bằng chữ thường."))
            first, second = sorted(map(len, texts), reverse=True)[:2]
            if first > _LONG and first > _MUCH_LONGER * second:
                longest = max(texts, key=len)
                yield Complaint(
                    N_("Phương án “{option}” dài hơn hẳn các phương án khác."), {"option": longest}
                )


class OptionsDistinct(QuestionRule):
    """No two options say the same in nearly the same words."""

    code = "options-distinct"
    mend = N_("Hãy viết lại một trong hai để mỗi phương án là một việc khác hẳn.")

    def complaints(self, question: Question) -> Iterator[Complaint]:
        """Pairs of options that differ only in punctuation, case, order or filler words."""
        for options in _options_of(question):
            seen: dict[tuple[str, ...], str] = {}
            for text in options.values():
                core = _core(text)
                if core in seen:
                    sentence = N_("Phương án “{one}” và “{other}” nói cùng một điều.")
                    yield Complaint(sentence, {"one": seen[core], "other": text})
                seen.setdefault(core, text)


class CatchAll(QuestionRule):
    """No option is about the other options (“tất cả các đáp án trên”)."""

    code = "catch-all"
    mend = N_("Hãy thay bằng một phương án có nội dung, hoặc dùng MultipleChoice.")

    def complaints(self, question: Question) -> Iterator[Complaint]:
        """Options that stand for all or none of the others."""
        for options in _options_of(question):
            for text in options.values():
                if _CATCH_ALL.fullmatch(bare(folded(text))):
                    yield Complaint(
                        N_("Phương án “{option}” chỉ nói về các phương án khác."), {"option": text}
                    )


def _options_of(question: Question) -> Iterator[Mapping[str, str]]:
    """The options among which one chooses; several lists where a form has several fields."""
    if isinstance(question, MultipleChoice):
        yield question.options
    yield from (choice.options for _, choice in choices_of(question))


def _core(text: str) -> tuple[str, ...]:
    words = (bare(word) for word in folded(text).split())
    return tuple(sorted(word for word in words if word and word not in _FILLERS))
