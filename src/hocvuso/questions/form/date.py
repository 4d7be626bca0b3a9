"""A field for a date, as forms in Viet Nam ask for it."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from hocvuso.errors import AnswerError
from hocvuso.language import N_
from hocvuso.questions.base import Answer, Question
from hocvuso.questions.shapes import bare, folded, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

_MOST = 100
_DAY_FIRST = re.compile(
    r"(?:ngay )?([0-9]{1,2})(?: ?[/.-] ?| thang | )([0-9]{1,2})(?: ?[/.-] ?| nam | )([0-9]{4})"
)
_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


class Date(Question):
    """Write the date ``value``: day, month, year, with figures, in one of the usual ways.

    Read are "05/09/1975", "5-9-1975", "5.9.1975", "05091975", "ngày 5 tháng 9 năm 1975" and "1975-09-05"; never
    the month first. All or nothing; guessing earns nothing.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why", "value"})

    type: Literal["date"] = "date"
    value: dt.date = Field(ge=dt.date(1900, 1, 1))

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """Text as typed; whether it is a date, ``judge`` says."""
        del asked
        return None if value is None else read_text(value, most=_MOST)

    def judge(self, answer: str) -> tuple[Fraction, tuple[str, ...]]:
        """All when the text names the date."""
        return Fraction(read_date(answer) == self.value), ()

    def tell_answer(self, answer: str) -> str:
        """What was typed."""
        return answer.strip()

    def show_key(self) -> str:
        """The date as it is written in Viet Nam."""
        return f"{self.value:%d/%m/%Y}"

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says."""
        day = self.value
        right = [self.show_key(), f"{day.day}-{day.month}-{day:%Y}", f"{day:%d%m%Y}", day.isoformat()]
        other = day.replace(year=day.year - 1, day=1)
        return {
            "right": random.choice(right),
            "wrong": f"{other:%d/%m/%Y}",
            "empty": None,
            "malformed": random.choice([True, 15, "31/02/2026", "hôm qua", [day.isoformat()]]),
        }


def read_date(answer: str) -> dt.date:
    """The date that ``answer`` names; ``AnswerError`` when it names none."""
    text = bare(folded(answer, accents=False))
    found = _DAY_FIRST.fullmatch(text) or _DIGITS.fullmatch(text)
    if found:
        day, month, year = map(int, found.groups())
    elif found := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, found.groups())
    else:
        raise AnswerError(N_("Không đọc được ngày: hãy viết ngày/tháng/năm, ví dụ 05/09/1975."))
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise AnswerError(N_("Không có ngày này trong lịch: hãy kiểm tra lại ngày và tháng.")) from error
