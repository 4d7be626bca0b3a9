"""One right option among several."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from hocvuso.language import N_
from hocvuso.questions.base import Answer, Question
from hocvuso.questions.mistakes import Options, mistake
from hocvuso.questions.shapes import part, read_option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random


class Choice(Question):
    """Choose one of ``options``; an answer is the id of an option.

    All or nothing: the key earns all points, anything else none. Guessing among n options earns 1/n of the
    points on average.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why", "key"})

    type: Literal["choice"] = "choice"
    options: Options
    key: str

    @field_validator("key")
    @classmethod
    def _check_key(cls, key: str, info: ValidationInfo) -> str:
        if "options" in info.data and key not in info.data["options"]:
            known = ", ".join(info.data["options"])
            raise mistake(
                N_("Đáp án “{key}” không phải là mã của phương án nào: hãy dùng một trong {known}."),
                key=key,
                known=known,
            )
        return key

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """The id of one option."""
        return None if value is None else read_option(value, part(asked, "options"))

    def judge(self, answer: str) -> tuple[Fraction, tuple[str, ...]]:
        """All for the key, nothing for another option."""
        return Fraction(answer == self.key), ()

    def tell_answer(self, answer: str) -> str:
        """The option's text."""
        return self.options[answer]

    def show_key(self) -> str:
        """The right option's text."""
        return self.options[self.key]

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says."""
        return {
            "right": self.key,
            "wrong": random.choice([option for option in self.options if option != self.key]),
            "empty": None,
            "malformed": random.choice([True, 1, [self.key], {self.key: True}, "(không có)"]),
        }
