"""Several right options among several."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from hocvuso.errors import AnswerError
from hocvuso.language import N_
from hocvuso.questions.base import Answer, Question
from hocvuso.questions.mistakes import Options, mistake, raise_mistakes
from hocvuso.questions.shapes import part, read_option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random


class MultipleChoice(Question):
    """Tick every right one of ``options``; an answer is a list of option ids, in any order.

    The share is (right ticks - wrong ticks) / number of keys, never below 0; points are that share of the
    points, rounded down. So a wrong tick takes away what a right one gives: ticking everything earns
    (2 k - n) / k with k keys among n options, that is nothing where at most half of the options are right.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why", "keys"})

    type: Literal["multiple"] = "multiple"
    options: Options
    keys: list[str]

    @field_validator("keys")
    @classmethod
    def _check_keys(cls, keys: list[str], info: ValidationInfo) -> list[str]:
        options = info.data.get("options")
        if not keys:
            raise mistake(N_("Cần ít nhất một đáp án đúng."))
        if len(set(keys)) < len(keys):
            raise mistake(N_("Một đáp án được ghi hai lần."))
        if options is None:
            return keys
        unknown = N_("Đáp án “{key}” không phải là mã của phương án nào: hãy dùng một trong {known}.")
        raise_mistakes(
            cls.__name__,
            [
                ((i,), mistake(unknown, key=key, known=", ".join(options)))
                for i, key in enumerate(keys)
                if key not in options
            ],
        )
        if len(keys) == len(options):
            raise mistake(N_("Mọi phương án đều là đáp án: cần ít nhất một phương án sai."))
        return keys

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """A list of option ids, each at most once, in the order of the options."""
        options = part(asked, "options")
        if value is None:
            return None
        if not isinstance(value, list) or len(value) > len(options):
            raise AnswerError(N_("Câu trả lời phải là danh sách các phương án của câu hỏi."))
        chosen = {read_option(option, options) for option in value}
        if len(chosen) < len(value):
            raise AnswerError(N_("Một phương án được chọn hai lần."))
        return [option for option in options if option in chosen]

    def judge(self, answer: list[str]) -> tuple[Fraction, tuple[str, ...]]:
        """(right ticks - wrong ticks) / keys, not below 0."""
        right = len(set(answer) & set(self.keys))
        wrong = len(answer) - right
        return Fraction(max(0, right - wrong), len(self.keys)), ()

    def tell_answer(self, answer: list[str]) -> str:
        """The ticked options' texts, one on a line."""
        return "\n".join(self.options[option] for option in answer)

    def show_key(self) -> str:
        """The right options' texts, one on a line, in the order of the options."""
        return self.tell_answer([option for option in self.options if option in self.keys])

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says."""
        right = random.sample(self.keys, len(self.keys))
        false = [option for option in self.options if option not in self.keys]
        samples: dict[str, Any] = {
            "right": right,
            "wrong": [random.choice(false)],
            "empty": None,
            "malformed": random.choice([right[0], {"0": right[0]}, [None], ["(không có)"], [right[0]] * 2]),
        }
        parts = [right[:n] for n in range(1, len(right)) if n * self.points >= len(right)]
        if parts:
            samples["partial"] = random.choice(parts)
        return samples
