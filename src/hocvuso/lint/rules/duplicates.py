"""Questions that were asked before, in the same lesson or in another one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from hocvuso.language import N_
from hocvuso.lint.course import Course
from hocvuso.lint.passages import texts_of
from hocvuso.lint.rule import Complaint, Finding, Rule
from hocvuso.questions.base import Question
from hocvuso.questions.shapes import folded

ALIKE = 0.5
"""The share of word pairs that two questions have in common (Jaccard); no two of 160 unrelated ones have 0.25."""

_WORD = re.compile(r"\w+")


class DuplicateQuestion(Rule):
    """No question is asked twice, in the same words or nearly so."""

    code = "duplicate-question"
    mend = N_("Hãy hỏi điều khác, hoặc đặt câu hỏi vào một tình huống khác hẳn.")

    def check(self, course: Course) -> Iterator[Finding]:
        """Every question that shares half of its word pairs with an earlier one."""
        earlier: list[tuple[str, frozenset[tuple[str, str]]]] = []
        holders: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for page in course.pages:
            for line, question in page.questions:
                here = word_pairs(question)
                shared: defaultdict[int, int] = defaultdict(int)
                for pair in here:
                    for place in holders[pair]:
                        shared[place] += 1
                    holders[pair].append(len(earlier))
                likeness = {n: count / len(here | earlier[n][1]) for n, count in shared.items()}
                nearest = max(likeness, key=likeness.__getitem__, default=None)
                if nearest is not None and likeness[nearest] >= ALIKE:
                    sentence = N_("Câu này giống câu {other} đến {percent}%.")
                    fields = {"other": earlier[nearest][0], "percent": round(100 * likeness[nearest])}
                    yield self.finding(page.file, line, question.id, Complaint(sentence, fields))
                earlier.append((f"{page.lesson.id} {question.id}", here))


def word_pairs(question: Question) -> frozenset[tuple[str, str]]:
    """Neighbouring words in all that the question shows, without the explanation."""
    texts = [text for place, text in texts_of(question) if place[0] != "why"]
    return frozenset(pair for text in texts for pair in pairwise(_WORD.findall(folded(text))))
