"""A few words, typed."""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, StrictBool, field_validator

from hocvuso.language import N_
from hocvuso.questions.base import Answer, Question
from hocvuso.questions.mistakes import ONE_A_LINE, Plain, mistake, raise_mistakes
from hocvuso.questions.shapes import bare, folded, join, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random
    from typing import Self

MOST = 2000


class ShortText(Question):
    """Write a few words; right is what reads like one of ``accept``.

    Compared are texts in NFC, without regard to case, to the amount of white space and to punctuation
    around them; with ``ignore_accents`` also without Vietnamese marks ("xac thuc" is "xác thực", "đ" is
    "d"). All or nothing; guessing earns nothing.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why", "accept", "also"})
    sparse: ClassVar[frozenset[str]] = frozenset({"translations", "also"})

    type: Literal["short_text"] = "short_text"
    ignore_accents: StrictBool = False
    accept: Annotated[list[Plain], ONE_A_LINE] = Field(max_length=50)
    also: list[Plain] = Field(default=[], max_length=100)
    """What is right in another language of the lesson."""

    @field_validator("accept")
    @classmethod
    def _check_accept(cls, accept: list[str]) -> list[str]:
        if not accept:
            raise mistake(N_("Cần ít nhất một câu trả lời được chấp nhận."))
        only = mistake(N_("Câu trả lời được chấp nhận không thể chỉ gồm dấu câu."))
        long = mistake(N_("Câu trả lời được chấp nhận dài nhất {most} ký tự."), most=MOST)
        found = [((i,), only) for i, text in enumerate(accept) if not bare(folded(text))]
        raise_mistakes(cls.__name__, [*found, *(((i,), long) for i, t in enumerate(accept) if len(t) > MOST)])
        return accept

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """Text as typed, in NFC."""
        del asked
        return None if value is None else read_text(value, most=MOST)

    def judge(self, answer: str) -> tuple[Fraction, tuple[str, ...]]:
        """All when the text reads like an accepted one."""
        accents = not self.ignore_accents
        accepted = {bare(folded(text, accents=accents)) for text in (*self.accept, *self.also)}
        return Fraction(bare(folded(answer, accents=accents)) in accepted), ()

    def accepting(self, other: Self) -> Self:
        """Also taking the other's spellings."""
        return self.model_copy(update={"also": join(self.also, other.accept, other.also, but=self.accept)})

    def tell_answer(self, answer: str) -> str:
        """What was typed, without white space around it."""
        return answer.strip()

    def show_key(self) -> str:
        """The first accepted text: authors write the best one first."""
        return self.accept[0]

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says."""
        text = random.choice(self.accept)
        return {
            "right": random.choice([text, f"  {text.upper()}. ", unicodedata.normalize("NFD", text)]),
            "wrong": f"không phải là {text}, {len(self.accept)}",
            "empty": None,
            "malformed": random.choice([True, 15, [text], {"text": text}, "x" * (MOST + 1)]),
        }
