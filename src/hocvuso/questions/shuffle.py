"""Orders that look like chance and are always the same, and the letters under which learners get what is shuffled.

Letters stand for places in what is shown, so they say nothing about places in the key; and neither depends on a
text, so that a corrected word leaves all saved answers as they are.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from string import ascii_lowercase

LETTERS = ascii_lowercase


@cache
def shuffled(seed: str, count: int) -> tuple[int, ...]:
    """The numbers below ``count`` in an order that only ``seed`` and ``count`` decide."""
    return tuple(
        sorted(range(count), key=lambda number: sha256(f"{seed}/{count}/{number}".encode()).digest())
    )
