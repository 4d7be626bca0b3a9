"""A question in other words: every text that readers read is found by its field's type, and replaced.

Texts for readers are the fields of type `Prose`; a field marked `ONE_A_LINE` is a list that is told as a whole, an
entry on a line, so that another language may have more or fewer. All else (ids, keys, points, data) stays.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import BaseModel

from hocvuso.questions.mistakes import FOR_READERS, ONE_A_LINE

if TYPE_CHECKING:
    from hocvuso.questions.base import Question

AnyQuestion = TypeVar("AnyQuestion", bound="Question")
Tell: TypeAlias = Callable[[str], str]


def retell(question: AnyQuestion, tell: Tell) -> AnyQuestion:
    """``question`` with each text that readers read replaced by what ``tell`` makes of it, checked as any question.

    Raises ``pydantic.ValidationError`` when it is none any more: two options alike, a place to mark lost.
    """
    told = _model(question, tell)
    return type(question).model_validate(told.record())


def texts_of(question: Question) -> list[str]:
    """The texts that ``retell`` would ask for, each once, in the order of the fields; none without a letter."""
    found: dict[str, None] = {}

    def note(text: str) -> str:
        found[text] = None
        return text

    _model(question, note)
    return list(found)


@cache
def _hints(model: type[BaseModel]) -> dict[str, Any]:
    hints = get_type_hints(model, include_extras=True)
    return {name: hints[name] for name in model.model_fields}


def _model(model: Any, tell: Tell) -> Any:  # a pydantic model, and one of the same class
    kind: type[BaseModel] = type(model)
    changed = {name: _told(hint, getattr(model, name), tell) for name, hint in _hints(kind).items()}
    return model.model_copy(update=changed)


def _told(hint: Any, value: Any, tell: Tell) -> Any:  # a type as it was written, and what a model holds there
    if isinstance(value, BaseModel):
        return _model(value, tell)
    arguments = get_args(hint)
    match get_origin(hint):
        case kind if kind is Annotated:
            told = _annotated(hint, value, tell)
        case kind if kind in {Union, UnionType}:
            inner = next(argument for argument in arguments if argument is not type(None))
            told = None if value is None else _told(inner, value, tell)
        case kind if kind is dict:
            told = {key: _told(arguments[1], part, tell) for key, part in value.items()}
        case kind if kind is list:
            told = [_told(arguments[0], part, tell) for part in value]
        case kind if kind is tuple:
            told = tuple(_told(inner, part, tell) for inner, part in zip(arguments, value, strict=True))
        case _:
            told = value
    return told


def _annotated(hint: Any, value: Any, tell: Tell) -> Any:
    inner, *marks = get_args(hint)
    if ONE_A_LINE in marks:
        return [line for line in _said("\n".join(value), tell).split("\n") if line.strip()]
    return _said(value, tell) if FOR_READERS in marks else _told(inner, value, tell)


def _said(text: str, tell: Tell) -> str:
    return tell(text) if any(char.isalpha() for char in text) else text
