"""The two calls that a built lesson makes: ``ask`` in front of the learner, ``mark`` in a hidden test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hocvuso.errors import AnswerError
from hocvuso.questions.answers import AnswerBook
from hocvuso.questions.registry import from_record

if TYPE_CHECKING:
    from collections.abc import Mapping


def mark(record: Mapping[str, Any], answers: str | Path = "answers.json") -> int:
    """The points that the saved answer to ``record`` earns, as the plain ``int`` that nbgrader reads.

    A missing, damaged or huge file of answers earns 0; nothing is written to stderr, where nbgrader would
    take any text for a failed test. A ``record`` that is no question raises: that is a broken lesson.
    """
    question = from_record(record)
    try:
        book, _ = AnswerBook.salvage(Path(answers))
    except AnswerError:
        return 0
    return question.score(book.value(question.id)).points


def ask(asked: Mapping[str, Any], answers: str | Path = "answers.json", *, lang: str = "vi") -> Any:
    """The widget that asks a question and saves each change to ``answers``: an ``anywidget.AnyWidget``."""
    from hocvuso.questions.widget import asking

    return asking(dict(asked), Path(answers), lang=lang)
