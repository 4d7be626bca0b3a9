"""Questions: an author's model, a learner's view, a pure score and a front end; one folder per type.

Importing this loads no widget and no notebook code: the grader reads questions by the thousand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hocvuso.questions.answers import AnswerBook, AnswerRecord
from hocvuso.questions.base import Answer, Mark, Question, State
from hocvuso.questions.choice import Choice
from hocvuso.questions.classify import Classify
from hocvuso.questions.code import Code
from hocvuso.questions.front import front_css, front_ends, front_messages, front_module
from hocvuso.questions.mistakes import explain
from hocvuso.questions.multiple import MultipleChoice
from hocvuso.questions.notebook import ask, mark
from hocvuso.questions.number import Number
from hocvuso.questions.registry import check_answer, example, from_record, types
from hocvuso.questions.short_text import ShortText

__all__ = [
    "Answer",
    "AnswerBook",
    "AnswerRecord",
    "Choice",
    "Classify",
    "Code",
    "Mark",
    "MultipleChoice",
    "Number",
    "Question",
    "ShortText",
    "State",
    "ask",
    "check_answer",
    "example",
    "explain",
    "from_record",
    "front_css",
    "front_ends",
    "front_messages",
    "front_module",
    "mark",
    "types",
]


if not TYPE_CHECKING:  # so that mypy still tells a wrong name

    def __getattr__(name: str) -> type[Question]:
        """The class of every question type by its name, also of those that are not named above."""
        for question in types().values() if name[:1].isupper() else ():
            if question.__name__ == name:
                return question
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
