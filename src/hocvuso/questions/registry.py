"""Which question types there are: every sub-package that has a model and a front end.

A type from outside this package registers its question class in the entry-point group
``hocvuso.questions``; its package holds a ``front.js`` and an ``example.py`` as ours do, and may hold a
``front.css``, a ``TITLE`` and ``MESSAGES``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from hocvuso.errors import AnswerError
from hocvuso.language import N_
from hocvuso.questions.mistakes import mistake
from hocvuso.questions.shapes import BROKEN_QUESTION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hocvuso.questions.base import Answer, Question

GROUP = "hocvuso.questions"


@cache
def _table() -> dict[str, type[Question]]:
    table: dict[str, type[Question]] = {}
    for question in (*_own_types(), *(entry.load() for entry in entry_points(group=GROUP))):
        table.setdefault(question.model_fields["type"].default, question)  # ours can't be replaced
    return table


def _own_types() -> Iterator[type[Question]]:
    for front in sorted(Path(__file__).parent.glob("*/front.js")):
        yield import_module(f"{__package__}.{front.parent.name}").QUESTION


def types() -> dict[str, type[Question]]:
    """Every question type by its name in records."""
    return dict(_table())


def package_of(name: str) -> str:
    """The package in which the question type ``name`` has all that is its own; ``KeyError`` when there is none."""
    return sys.modules[_table()[name].__module__].__package__ or ""


def example(name: str) -> Question:
    """The type's own example: a real question that documentation, gallery and tests show."""
    found: Question = import_module(f"{package_of(name)}.example").EXAMPLE
    return found


def title(name: str) -> str:
    """What the type is called, as a catalogue message; its class's name where its package doesn't say."""
    return str(getattr(import_module(package_of(name)), "TITLE", _table()[name].__name__))


def from_record(record: Mapping[str, Any]) -> Question:
    """The question that ``record`` holds; raises ``pydantic.ValidationError`` with all mistakes in it."""
    if not isinstance(record, Mapping):
        raise _refused((), PydanticCustomError("model_type", "not a mapping"), record)
    name = record.get("type")
    question = _table().get(name) if isinstance(name, str) else None
    if question is None:
        raise _refused(("type",), mistake(N_("Không có loại câu hỏi “{type}”."), type=name), name)
    return question.model_validate({str(name): value for name, value in record.items()})


def check_answer(asked: Mapping[str, object], value: object) -> Answer:
    """``value`` as an answer to the question ``asked``: right shape for its type, bounded, in NFC.

    ``None`` takes an answer back. Raises ``AnswerError`` with a sentence for the learner.
    """
    name = asked.get("type")
    question = _table().get(name) if isinstance(name, str) else None
    if question is None:
        raise AnswerError(BROKEN_QUESTION)
    return question.read_answer(asked, value)


def _refused(place: tuple[str, ...], error: PydanticCustomError, value: object) -> ValidationError:
    return ValidationError.from_exception_data(
        "Question", [InitErrorDetails(type=error, loc=place, input=value)]
    )
