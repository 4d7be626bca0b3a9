"""How often somebody may do something: token buckets, in memory and of bounded size.

A bucket holds as many tokens as its rate allows at once and is filled again evenly. Who finds it empty is told
after how many seconds the next token is there.
"""

from __future__ import annotations

import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Self

from hocvuso.errors import SetupError
from hocvuso.language import N_

MOST_BUCKETS = 50_000
_ROUNDING = 1e-6
_RATE = re.compile(r"([1-9]\d{0,6})/([1-9]\d{0,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` at once, and so many again in ``seconds``."""

    count: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """A rate written as ``30/600``; ValueError when it is none."""
        found = _RATE.fullmatch(text.strip())
        if found is None:
            raise ValueError(text)
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.count}/{self.seconds}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is limited; each is the variable ``HOCVUSO_LIMIT_…`` of its name in capitals."""

    account: Rate = Rate(10, 60)
    """Failed sign-ins to one account."""
    address: Rate = Rate(300, 600)
    """Failed sign-ins from one address, and how many may be under way there at once: a whole office may be one."""
    answers: Rate = Rate(300, 60)
    """Answers that one learner saves."""
    submit: Rate = Rate(30, 60)
    """Times that one learner hands in."""
    run: Rate = Rate(30, 60)
    """Times that one learner tries code in a page."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Self:
        """The limits that ``env`` names, the others as they are here; SetupError names every one that is no rate."""
        found, wrong = {}, []
        for name in (field.name for field in fields(cls)):
            text = env.get(_variable(name))
            if not text:
                continue
            try:
                found[name] = Rate.parse(text)
            except ValueError:
                wrong.append(f"{_variable(name)}={text}")
        if wrong:
            raise SetupError(
                N_("{wrong}: hãy viết giới hạn theo dạng SỐ_LẦN/SỐ_GIÂY, ví dụ 30/600."),
                wrong=", ".join(wrong),
            )
        return cls(**found)

    def environment(self) -> dict[str, str]:
        """The variables that `from_environment` reads back."""
        return {_variable(field.name): str(getattr(self, field.name)) for field in fields(self)}


class Buckets:
    """One bucket per key, full at first; of more than ``most`` the least recently used is forgotten."""

    def __init__(
        self, rate: Rate, *, most: int = MOST_BUCKETS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._most, self._clock = rate, most, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> int:
        """Take a token: 0, or when there is none the whole seconds until there is one."""
        now, left = self._clock(), self._tokens(key)
        if left < 1:
            self._left.move_to_end(key)
            return max(1, math.ceil((1 - left) * self._rate.seconds / self._rate.count - _ROUNDING))
        self._keep(key, left - 1, now)
        return 0

    def give_back(self, key: str) -> None:
        """Undo one `take`."""
        self._keep(key, min(self._rate.count, self._tokens(key) + 1), self._clock())

    def __len__(self) -> int:
        return len(self._left)

    def _tokens(self, key: str) -> float:
        if key not in self._left:
            return self._rate.count
        left, when = self._left[key]
        return min(self._rate.count, left + (self._clock() - when) * self._rate.count / self._rate.seconds)

    def _keep(self, key: str, left: float, now: float) -> None:
        self._left[key] = (left, now)
        self._left.move_to_end(key)
        if len(self._left) > self._most:
            self._left.popitem(last=False)


def _variable(name: str) -> str:
    return f"HOCVUSO_LIMIT_{name.upper()}"
