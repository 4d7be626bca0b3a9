"""Mark the warning signs inside a message, a page or a letter."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from hocvuso.errors import AnswerError
from hocvuso.language import N_
from hocvuso.questions.base import Answer, Question
from hocvuso.questions.mistakes import SLUG, Prose, Slug, mistake, raise_mistakes
from hocvuso.questions.shapes import BROKEN_QUESTION, read_option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

SPAN = re.compile(rf"\[\[({SLUG.pattern})\|([^\[\]|]+)\]\]")  # front.js reads the same
_MOST_SPANS = 30


class Hotspot(Question):
    """Mark the places in ``text`` that are warning signs; an answer is a list of their ids, in any order.

    Authors write each place that can be marked as ``[[id|words]]``. ``signs`` names those that are warning
    signs, each with the reason; all others are harmless. The share is the share of the signs that was marked
    less the share of the harmless places that was marked, never below 0; points are that share of the points,
    rounded down. So marking everything earns nothing, whatever the numbers are, and so does marking at random
    on average but for the luck that is not counted below 0.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why", "signs"})

    type: Literal["hotspot"] = "hotspot"
    look: Literal["message", "page", "letter"] = "message"
    text: Prose
    signs: dict[Slug, Prose] = Field(max_length=_MOST_SPANS)

    @field_validator("text")
    @classmethod
    def _check_text(cls, text: str) -> str:
        spans = [key for key, _ in SPAN.findall(text)]
        if re.search(r"\[\[|\]\]", SPAN.sub("", text)):
            raise mistake(
                N_("Có dấu [[ hoặc ]] chưa đúng dạng: viết mỗi chỗ bấm được là [[mã|chữ]], không lồng nhau.")
            )
        if len(set(spans)) < len(spans):
            raise mistake(N_("Có hai chỗ bấm được cùng mã: hãy đặt mỗi chỗ một mã."))
        if not 3 <= len(spans) <= _MOST_SPANS:  # noqa: PLR2004  (one sign and two harmless places)
            raise mistake(N_("Cần từ 3 đến {most} chỗ bấm được, viết là [[mã|chữ]]."), most=_MOST_SPANS)
        return text

    @field_validator("signs")
    @classmethod
    def _check_signs(cls, signs: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if not signs:
            raise mistake(N_("Cần ít nhất một dấu hiệu."))
        if "text" not in info.data:
            return signs
        spans = spans_of(info.data["text"])
        unknown = N_("Trong nội dung không có chỗ nào mã “{key}”.")
        raise_mistakes(
            cls.__name__, [((key,), mistake(unknown, key=key)) for key in signs if key not in spans]
        )
        if len(spans) - len(signs) < 2:  # noqa: PLR2004  (else one slip would cost everything)
            raise mistake(N_("Cần ít nhất hai chỗ bấm được mà không phải dấu hiệu."))
        return signs

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """A list of ids, each at most once, in the order of the text."""
        text = asked.get("text")
        if not isinstance(text, str):
            raise AnswerError(BROKEN_QUESTION)
        if value is None:
            return None
        spans = spans_of(text)
        if not isinstance(value, list) or len(value) > len(spans):
            raise AnswerError(N_("Câu trả lời phải là danh sách các chỗ được đánh dấu."))
        marked = {read_option(key, spans) for key in value}
        if len(marked) < len(value):
            raise AnswerError(N_("Một chỗ được đánh dấu hai lần."))
        return [key for key in spans if key in marked]

    def judge(self, answer: list[str]) -> tuple[Fraction, tuple[str, ...]]:
        """The share of the signs that was marked less that of the harmless places, not below 0."""
        found = len(set(answer) & set(self.signs))
        slips = len(answer) - found
        harmless = len(spans_of(self.text)) - len(self.signs)
        return max(Fraction(0), Fraction(found, len(self.signs)) - Fraction(slips, harmless)), ()

    def tell_answer(self, answer: list[str]) -> str:
        """The marked words, one place on a line."""
        spans = spans_of(self.text)
        return "\n".join(f"“{spans[key]}”" for key in answer)

    def show_key(self) -> str:
        """The warning signs in the order of the text, each with its reason."""
        return "\n".join(
            f"“{words}”: {self.signs[key]}" for key, words in spans_of(self.text).items() if key in self.signs
        )

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says."""
        right = random.sample(list(self.signs), len(self.signs))
        harmless = [key for key in spans_of(self.text) if key not in self.signs]
        samples: dict[str, Any] = {
            "right": right,
            "wrong": random.choice([[random.choice(harmless)], list(spans_of(self.text))]),
            "empty": None,
            "malformed": random.choice([right[0], {"0": right[0]}, [None], ["(không có)"], [right[0]] * 2]),
        }
        less = [right[:n] for n in range(1, len(right))] + [[*right, harmless[0]]]
        parts = [marked for marked in less if 0 < int(self.judge(marked)[0] * self.points) < self.points]
        if parts:
            samples["partial"] = random.choice(parts)
        return samples


def spans_of(text: str) -> dict[str, str]:
    """The words of each place that can be marked, by id, in the order of ``text``."""
    return {key: " ".join(words.split()) for key, words in SPAN.findall(text)}
