"""Sort items into groups."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from hocvuso.language import N_
from hocvuso.questions.base import Answer, Question
from hocvuso.questions.mistakes import Prose, Slug, duplicates, mistake, raise_mistakes
from hocvuso.questions.shapes import part, read_choices

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random


class Classify(Question):
    """Put every one of ``items`` (id: (text, group)) into one of ``groups``; an answer maps items to groups.

    The share is the number of items in their right group out of all items; points are that share of the
    points, rounded down. Items left out count as wrong. Guessing among g groups earns 1/g of the points on
    average, before rounding down.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why"})

    type: Literal["classify"] = "classify"
    groups: dict[Slug, Prose] = Field(max_length=8)
    items: dict[Slug, tuple[Prose, str]] = Field(max_length=30)

    @field_validator("groups")
    @classmethod
    def _check_groups(cls, groups: dict[str, str]) -> dict[str, str]:
        if len(groups) < 2:  # noqa: PLR2004  (with one group there is nothing to decide)
            raise mistake(N_("Cần ít nhất hai nhóm."))
        again = mistake(N_("Nhóm này trùng tên với một nhóm ở trên."))
        raise_mistakes(cls.__name__, [((key,), again) for key in duplicates(groups)])
        return groups

    @field_validator("items")
    @classmethod
    def _check_items(
        cls, items: dict[str, tuple[str, str]], info: ValidationInfo
    ) -> dict[str, tuple[str, str]]:
        if not items:
            raise mistake(N_("Cần ít nhất một phần tử để xếp nhóm."))
        texts = {key: text for key, (text, _) in items.items()}
        again = mistake(N_("Phần tử này trùng nội dung với một phần tử ở trên."))
        found: list[tuple[tuple[str | int, ...], Any]] = [((key,), again) for key in duplicates(texts)]
        groups = info.data.get("groups")
        if groups is not None:
            unknown, unused = (
                N_("Không có nhóm nào mã “{group}”: hãy dùng một trong {known}."),
                N_("Nhóm “{group}” không có phần tử nào."),
            )
            found += [
                ((key,), mistake(unknown, group=group, known=", ".join(groups)))
                for key, (_, group) in items.items()
                if group not in groups
            ]
            used = {group for _, group in items.values()}
            found += [((), mistake(unused, group=group)) for group in groups if group not in used]
        raise_mistakes(cls.__name__, found)
        return items

    def asked(self) -> dict[str, Any]:
        """The record without explanation, and the items without their groups."""
        return {**super().asked(), "items": {key: text for key, (text, _) in self.items.items()}}

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """Item ids with group ids; items may be missing."""
        groups, items = part(asked, "groups"), part(asked, "items")
        return None if value is None else read_choices(value, items, groups)

    def judge(self, answer: dict[str, str]) -> tuple[Fraction, tuple[str, ...]]:
        """The share of items in their right group."""
        right = sum(answer.get(key) == group for key, (_, group) in self.items.items())
        return Fraction(right, len(self.items)), ()

    def tell_answer(self, answer: dict[str, str]) -> str:
        """One line per sorted item: its text, an arrow, the group's name."""
        return "\n".join(f"{self.items[key][0]} → {self.groups[group]}" for key, group in answer.items())

    def show_key(self) -> str:
        """One line per item: its text, an arrow, the right group's name."""
        return self.tell_answer({key: group for key, (_, group) in self.items.items()})

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says."""
        right = {key: group for key, (_, group) in self.items.items()}
        wrong = {
            key: random.choice([other for other in self.groups if other != group])
            for key, group in right.items()
        }
        first = next(iter(right))
        malformed = [list(right), "lua-dao", {"(không có)": right[first]}, {first: 1}, {first: "(không có)"}]
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
