"""When two texts in a cell say the same: by the kind of the column."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from hocvuso.errors import AnswerError
from hocvuso.language import nfc
from hocvuso.questions.number.model import read_number
from hocvuso.questions.shapes import folded

KINDS = ("text", "number", "date")

_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


def tidy(text: str) -> str:
    """``text`` in NFC without invisible characters, unusual blanks, and blanks around it."""
    shown = (char for char in nfc(text) if unicodedata.category(char) != "Cf")
    return "".join(" " if char.isspace() else char for char in shown).strip()


def same(kind: str, one: str, other: str) -> bool:
    """Whether two cells of a column of this kind hold the same.

    Texts: every visible character counts, case, marks and inner blanks included. Numbers: the same value, however it
    is written ("1.500", "1500"), and the same unit. Dates: the same day, written day/month/year, with or without
    leading zeros. What can't be read as its column's kind is compared as text.
    """
    if tidy(one) == tidy(other):
        return True
    if kind == "number":
        return _same_number(one, other)
    if kind == "date":
        days = _day(one), _day(other)
        return days[0] is not None and days[0] == days[1]
    return False


def is_readable(kind: str, text: str) -> bool:
    """Whether ``text`` can be read as what a column of this kind holds."""
    if kind == "date":
        return _day(text) is not None
    return kind != "number" or _same_number(text, text)


def _same_number(one: str, other: str) -> bool:
    try:
        (figures, unit), (others, other_unit) = read_number(one), read_number(other)
    except AnswerError:
        return False
    return bool(figures & others) and folded(unit) == folded(other_unit)


def _day(text: str) -> date | None:
    written = _DATE.fullmatch(tidy(text))
    if written is None:
        return None
    day, month, year = map(int, written.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
