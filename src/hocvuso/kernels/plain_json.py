"""The JSON of plain values: checks of what was sent, and the errors; part of `hocvuso.kernels.plain`."""

from __future__ import annotations

from typing import Any, NoReturn, TypeAlias

Json: TypeAlias = Any  # JSON as the json module gives it

BUDGET = 3_500_000  # bytes of JSON that a value may take, generously estimated: the wire takes 4 million


class PlainError(Exception):
    """Not plain: a value that has no plain form, or JSON that is no value's plain form."""


class TooLarge(PlainError):  # noqa: N818  (says what happened)
    """The value is plain, but above what may be sent."""


def fail(why: str) -> NoReturn:
    """Raise PlainError."""
    raise PlainError(why)


def text(record: Json, limit: int = BUDGET) -> str:
    """``record`` when it is text of at most ``limit`` characters."""
    if type(record) is not str or len(record) > limit:
        fail("no text, or too long")
    return record


def whole(record: Json) -> int:
    """``record`` when it is a whole number of 64 bits."""
    if type(record) is not int or not -(1 << 63) <= record < 1 << 63:
        fail("no whole number")
    return record


def array(record: Json) -> list[Json]:
    """``record`` when it is a list."""
    if type(record) is not list:
        fail("no list")
    return record
