"""A number, typed."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_serializer, field_validator

from hocvuso.errors import AnswerError
from hocvuso.language import N_, nfc
from hocvuso.questions.base import Answer, Question
from hocvuso.questions.mistakes import Plain, Prose, mistake
from hocvuso.questions.shapes import folded, join, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random
    from typing import Self

MOST = 200
LIMIT = 10**18
WRONG_UNIT = N_("Đơn vị chưa đúng với đơn vị mà câu hỏi yêu cầu.")

_WRITTEN = re.compile(r"([+-]?)\s*([0-9](?:[0-9.,\s]*[0-9])?)\s*(\D*)")
_PLAIN = re.compile(r"[0-9]+")
_GROUPED = {mark: re.compile(rf"[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+") for mark in ". ,"}


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        raise mistake(N_("Mục này phải là một số."))
    return value


Figure = Annotated[
    Decimal, BeforeValidator(_no_bool), Field(allow_inf_nan=False, gt=-LIMIT, lt=LIMIT, max_digits=30)
]


class Number(Question):
    """Write a number; right is what lies within ``tolerance`` of ``value``, both ends included.

    Read are "1.234,5" as it is written in Viet Nam, "1234.5" as programs write it, "1 234,5", and the unit
    after it when it is the question's unit. A text that can be read in two ways ("1.500": 1500 or 1.5) is
    right when one of them is. Compared in decimal, never in binary floating point. All or nothing; guessing
    earns nothing.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why", "value", "tolerance", "also"})
    sparse: ClassVar[frozenset[str]] = frozenset({"translations", "also"})

    type: Literal["number"] = "number"
    value: Figure
    tolerance: Figure = Decimal(0)
    unit: Prose | None = None
    also: list[Plain] = Field(default=[], max_length=20)
    """The unit in another language of the lesson."""

    @field_validator("tolerance")
    @classmethod
    def _check_tolerance(cls, tolerance: Decimal) -> Decimal:
        if tolerance < 0:
            raise mistake(N_("Sai số cho phép không thể âm."))
        return tolerance

    @field_validator("unit")
    @classmethod
    def _check_unit(cls, unit: str | None) -> str | None:
        if unit and re.search(r"[0-9]", unit):
            raise mistake(N_("Đơn vị không được có chữ số."))
        return unit

    @field_serializer("value", "tolerance")
    def _as_text(self, figure: Decimal) -> str:
        return format(figure, "f")

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """Text as typed, or a finite number below 10^18; whether a text is a number, ``judge`` says."""
        del asked
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise AnswerError(N_("Câu trả lời phải là một số."))
        if isinstance(value, str):
            return read_text(value, most=MOST)
        if isinstance(value, float) and not isfinite(value):
            raise AnswerError(N_("Câu trả lời phải là một số."))
        if abs(value) >= LIMIT:
            raise AnswerError(N_("Câu trả lời là một số quá lớn: hãy kiểm tra lại."))
        return value

    def judge(self, answer: str | float) -> tuple[Fraction, tuple[str, ...]]:
        """All when a reading of the answer lies within the tolerance and its unit is right."""
        readings, unit = read_number(answer)
        if _unit(unit) and _unit(unit) not in map(_unit, (self.unit or "", *self.also)):
            return Fraction(0), (WRONG_UNIT,)
        value, tolerance = Fraction(self.value), Fraction(self.tolerance)
        return Fraction(any(abs(Fraction(reading) - value) <= tolerance for reading in readings)), ()

    def accepting(self, other: Self) -> Self:
        """Also taking the other's unit."""
        units = [other.unit] if other.unit else []
        return self.model_copy(update={"also": join(self.also, units, other.also, but=[self.unit or ""])})

    def tell_answer(self, answer: str | float) -> str:
        """What was typed; a bare figure gets the question's unit."""
        text = answer.strip() if isinstance(answer, str) else _written(Decimal(str(answer)))
        return self._with_unit(text) if text[-1:].isdigit() else text

    def show_key(self) -> str:
        """The value as it is written in Viet Nam, with its unit, and the tolerance when there is one."""
        spread = f" ± {_written(self.tolerance)}" if self.tolerance else ""
        return self._with_unit(_written(self.value) + spread)

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says."""
        text = _written(self.value)
        wrong = self.value + self.tolerance + random.randint(1, 9)
        return {
            "right": random.choice([text, format(self.value, "f"), self._with_unit(text)]),
            "wrong": format(wrong, "f"),
            "empty": None,
            "malformed": random.choice([True, float("nan"), [text], {"value": text}, "mười lăm", "1.2.3"]),
        }

    def _with_unit(self, text: str) -> str:
        if self.unit is None:
            return text
        return f"{text}%" if self.unit == "%" else f"{text} {self.unit}"


def read_number(answer: str | float) -> tuple[set[Decimal], str]:
    """All ways to read ``answer`` as a number, and the unit written after it.

    Raises ``AnswerError`` when there is none.
    """
    if not isinstance(answer, str):
        return {Decimal(str(answer))}, ""
    written = _WRITTEN.fullmatch(" ".join(nfc(answer).replace("−", "-").split()))
    readings = _readings(written[2]) if written else set()
    if written is None or not readings:
        raise AnswerError(N_("Không đọc được câu trả lời thành một số: hãy viết bằng chữ số."))
    return {-reading if written[1] == "-" else reading for reading in readings}, written[3]


def _unit(text: str) -> str:
    return folded(text, accents=False).strip(" .,;")


def _readings(figure: str) -> set[Decimal]:
    """The values of an unsigned figure, with each mark taken for the decimal one in turn."""
    found = set()
    for decimal, groups in ((",", ". "), (".", ", ")):
        whole, mark, rest = figure.partition(decimal)
        if mark and not _PLAIN.fullmatch(rest):
            continue
        grouping = [group for group in groups if _GROUPED[group].fullmatch(whole)]
        if grouping or _PLAIN.fullmatch(whole):
            found.add(Decimal("".join(re.findall(r"[0-9]", whole)) + (f".{rest}" if mark else "")))
    return found


def _written(figure: Decimal) -> str:
    """``figure`` as it is written in Viet Nam: points between thousands, a decimal comma."""
    whole, _, rest = format(figure, ",f").partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")
