"""Find what belongs together."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from hocvuso.language import N_
from hocvuso.questions.base import Answer, Question
from hocvuso.questions.mistakes import Prose, Slug, duplicates, mistake, raise_mistakes
from hocvuso.questions.shapes import part, read_choices
from hocvuso.questions.shuffle import LETTERS, shuffled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random


class Match(Question):
    """Choose for each item of ``pairs`` (id: (item, what belongs to it)) its counterpart.

    An answer maps item ids to letters. All counterparts, and ``extra`` ones that belong to no item, stand for
    choice under letters in an order of their own, always the same. The share is the number of right pairs out
    of all pairs; points are that share of the points, rounded down. Items left out count as wrong. Guessing
    among m counterparts earns 1/m of the points on average, before rounding down, also where each is used once.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why", "pairs", "extra"})

    type: Literal["match"] = "match"
    pairs: dict[Slug, tuple[Prose, Prose]] = Field(max_length=12)
    extra: list[Prose] = Field(default=[], max_length=6)

    @field_validator("pairs")
    @classmethod
    def _check_pairs(cls, pairs: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
        if len(pairs) < 2:  # noqa: PLR2004  (with one pair there is nothing to decide)
            raise mistake(N_("Cần ít nhất hai cặp."))
        items = {key: item for key, (item, _) in pairs.items()}
        others = {key: other for key, (_, other) in pairs.items()}
        again = mistake(N_("Mục này trùng nội dung với một mục ở trên."))
        same = mistake(N_("Nội dung ghép này trùng với một nội dung ở trên."))
        raise_mistakes(
            cls.__name__,
            [
                *(((key, 0), again) for key in duplicates(items)),
                *(((key, 1), same) for key in duplicates(others)),
            ],
        )
        return pairs

    @field_validator("extra")
    @classmethod
    def _check_extra(cls, extra: list[str], info: ValidationInfo) -> list[str]:
        others = [other for _, other in info.data.get("pairs", {}).values()]
        texts = {str(place): text for place, text in enumerate([*others, *extra])}
        same = mistake(N_("Nội dung ghép này trùng với một nội dung ở trên."))
        raise_mistakes(cls.__name__, [((int(place) - len(others),), same) for place in duplicates(texts)])
        return extra

    def asked(self) -> dict[str, Any]:
        """The record without explanation; items by id, and apart from them all counterparts by letter."""
        return {
            **super().asked(),
            "items": {key: item for key, (item, _) in self.pairs.items()},
            "options": self._options,
        }

    @property
    def _options(self) -> dict[str, str]:
        texts = [*(other for _, other in self.pairs.values()), *self.extra]
        order = shuffled(self.id, len(texts))
        return {letter: texts[at] for letter, at in zip(LETTERS, order, strict=False)}

    @property
    def _key(self) -> dict[str, str]:
        """Each item's letter."""
        letters = {text: letter for letter, text in self._options.items()}
        return {key: letters[other] for key, (_, other) in self.pairs.items()}

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """Item ids with letters; items may be missing."""
        items, options = part(asked, "items"), part(asked, "options")
        return None if value is None else read_choices(value, items, options)

    def judge(self, answer: dict[str, str]) -> tuple[Fraction, tuple[str, ...]]:
        """The share of right pairs."""
        right = sum(answer.get(key) == letter for key, letter in self._key.items())
        return Fraction(right, len(self.pairs)), ()

    def tell_answer(self, answer: dict[str, str]) -> str:
        """One line per pair: the item, an arrow, what was chosen for it."""
        options = self._options
        return "\n".join(f"{self.pairs[key][0]} → {options[letter]}" for key, letter in answer.items())

    def show_key(self) -> str:
        """One line per pair: the item, an arrow, what belongs to it."""
        return "\n".join(f"{item} → {other}" for item, other in self.pairs.values())

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says."""
        right, options = self._key, list(self._options)
        wrong = {
            key: random.choice([other for other in options if other != letter])
            for key, letter in right.items()
        }
        first = next(iter(right))
        malformed = [
            list(right),
            right[first],
            {"(không có)": right[first]},
            {first: 1},
            {first: "(không có)"},
        ]
        samples: dict[str, Any] = {
            "right": right,
            "wrong": wrong,
            "empty": None,
            "malformed": random.choice(malformed),
        }
        parts = [n for n in range(1, len(right)) if n * self.points >= len(right)]
        if parts:
            kept = random.sample(list(right), random.choice(parts))
            samples["partial"] = {key: right[key] if key in kept else wrong[key] for key in right}
        return samples
