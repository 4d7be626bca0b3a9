"""Keys that can be reached, guessing that doesn't pay, explanations that teach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from hocvuso.language import N_
from hocvuso.lint.rule import Complaint, QuestionRule
from hocvuso.questions import Choice, MultipleChoice, Number, ShortText
from hocvuso.questions.base import Question
from hocvuso.questions.form import Form
from hocvuso.questions.shapes import bare, folded

STATEMENTS = 2
NEW_WORDS = 8
_STATEMENT = re.compile(r"[.?!;](?:[\s”)]|$)")
_TRIES = 5


class KeyReachable(QuestionRule):
    """The key earns all points when it is answered, and no answer earns none."""

    code = "key-reachable"
    mend = N_("Hãy sửa đáp án; với loại câu hỏi cài thêm, hãy báo người viết loại ấy.")

    def complaints(self, question: Question) -> Iterator[Complaint]:
        """Keys that a learner could not hand in for full points."""
        for seed in range(_TRIES):
            samples = question.samples(Random(seed))  # noqa: S311  (examples, not secrets)
            if "right" in samples and question.score(samples["right"]).points != question.points:
                yield Complaint(
                    N_("Trả lời đúng theo đáp án mà không được đủ {points} điểm."),
                    {"points": question.points},
                )
                return
        if question.score(None).points:
            yield Complaint(N_("Để trống mà vẫn được điểm."))


class TickAll(QuestionRule):
    """Ticking all options of a question with several keys earns nothing."""

    code = "tick-all"
    mend = N_("Hãy thêm phương án sai: nhiều nhất một nửa số phương án được là đáp án.")

    def complaints(self, question: Question) -> Iterator[Complaint]:
        """Questions in which it pays."""
        if isinstance(question, MultipleChoice):
            points = question.score(list(question.options)).points
            if points:
                yield Complaint(N_("Đánh dấu hết mọi ô cũng được {points} điểm."), {"points": points})


class WhyTeaches(QuestionRule):
    """An explanation makes at least two statements and says more than the key."""

    code = "why-teaches"
    mend = N_("Hãy nói vì sao đáp án đúng và cách làm dễ nhầm hỏng ở đâu.")

    def complaints(self, question: Question) -> Iterator[Complaint]:
        """Explanations that are too short, or made of the words of key and prompt."""
        if len(_STATEMENT.findall(question.why)) < STATEMENTS:
            yield Complaint(N_("Lời giải thích (why) chưa có đủ hai ý."))
        if isinstance(
            question, Choice | MultipleChoice | ShortText | Number | Form
        ):  # a list of things elsewhere
            known = _words(question.show_key()) | _words(question.prompt)
            if len(_words(question.why) - known) < NEW_WORDS:
                yield Complaint(N_("Lời giải thích (why) chỉ nhắc lại đáp án và câu hỏi."))


def _words(text: str) -> set[str]:
    return {bare(word) for word in folded(text).split()} - {""}
