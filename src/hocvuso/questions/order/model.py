"""Put steps in their order."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import combinations, count
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator

from hocvuso.errors import AnswerError
from hocvuso.language import N_
from hocvuso.questions.base import Answer, Question
from hocvuso.questions.mistakes import Prose, duplicates, mistake, raise_mistakes
from hocvuso.questions.shapes import part
from hocvuso.questions.shuffle import LETTERS, shuffled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

_FEWEST = 3  # two steps are a choice between two orders


class Order(Question):
    """Put ``steps``, which authors write in the right order, back into it; an answer lists all letters.

    A learner gets the steps under letters, always in the same wrong order, which would earn nothing. Every
    pair of steps counts: the share is (pairs in the right order - pairs in the wrong order) / all pairs, never
    below 0; points are that share of the points, rounded down. So two neighbours exchanged cost 4 / (n (n - 1))
    with n steps, and one step far from its place costs as many pairs as it has passed. Any order at random
    earns, before rounding down, 28 % of the points on average with 3 steps, 19 % with 4, 16 % with 5, 14 %
    with 6 and less with more; leaving the steps as they lie is no answer.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why", "steps"})

    type: Literal["order"] = "order"
    steps: list[Prose] = Field(max_length=12)

    @field_validator("steps")
    @classmethod
    def _check_steps(cls, steps: list[str]) -> list[str]:
        if len(steps) < _FEWEST:
            raise mistake(N_("Cần ít nhất {fewest} bước để xếp thứ tự."), fewest=_FEWEST)
        again = mistake(N_("Bước này trùng nội dung với một bước ở trên."))
        texts = {str(place): text for place, text in enumerate(steps)}
        raise_mistakes(cls.__name__, [((int(place),), again) for place in duplicates(texts)])
        return steps

    def asked(self) -> dict[str, Any]:
        """The record without explanation, and the steps by letter in the order in which they are shown."""
        return {**super().asked(), "items": {letter: self.steps[at] for letter, at in self._places.items()}}

    @property
    def _places(self) -> dict[str, int]:
        """Each letter's place in the right order."""
        return dict(zip(LETTERS, _start(self.id, len(self.steps)), strict=False))

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """All letters, each once."""
        items = part(asked, "items")
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != len(items):
            raise AnswerError(N_("Câu trả lời phải xếp thứ tự cho tất cả các bước."))
        letters = [letter for letter in value if isinstance(letter, str) and letter in items]
        if len(set(letters)) != len(items):
            raise AnswerError(N_("Câu trả lời phải có mỗi bước đúng một lần."))
        return letters

    def judge(self, answer: list[str]) -> tuple[Fraction, tuple[str, ...]]:
        """(pairs in the right order - pairs in the wrong order) / all pairs, not below 0."""
        places = self._places
        return max(Fraction(0), _agreement([places[letter] for letter in answer])), ()

    def tell_answer(self, answer: list[str]) -> str:
        """The steps as numbered lines."""
        places = self._places
        return _numbered([self.steps[places[letter]] for letter in answer])

    def show_key(self) -> str:
        """The steps in the right order, as numbered lines."""
        return _numbered(self.steps)

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says."""
        places = self._places
        right = sorted(places, key=lambda letter: places[letter])
        first = right[0]
        samples: dict[str, Any] = {
            "right": right,
            "wrong": right[::-1],
            "empty": None,
            "malformed": random.choice(
                [first, right[:-1], [first] * len(right), dict.fromkeys(right, first), [[first], *right[1:]]]
            ),
        }
        moved = [[*right[1 : at + 1], first, *right[at + 1 :]] for at in range(1, len(right))]
        parts = [order for order in moved if 0 < int(self.judge(order)[0] * self.points) < self.points]
        if parts:
            samples["partial"] = random.choice(parts)
        return samples


@cache
def _start(question: str, steps: int) -> tuple[int, ...]:
    """The places of the steps in the order in which they are shown first: one that earns nothing."""
    tries = (shuffled(f"{question}/{number}", steps) for number in count())
    return next(places for places in tries if _agreement(places) <= 0)


def _agreement(places: Sequence[int]) -> Fraction:
    pairs = [one < other for one, other in combinations(places, 2)]
    return Fraction(2 * sum(pairs) - len(pairs), len(pairs))


def _numbered(lines: Sequence[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
