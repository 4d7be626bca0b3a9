"""How likely it is that chance alone does as much: exact, without a table or a library."""

from __future__ import annotations

from collections.abc import Sequence

RARE = 0.01
"""What chance does less often than once in a hundred sets is not taken for chance."""


def at_least(count: int, chances: Sequence[float]) -> float:
    """The probability that ``count`` or more of independent events with these ``chances`` come true."""
    spread = [1.0]  # spread[n]: the probability of exactly n so far
    for chance in chances:
        spread = [
            before * (1 - chance) + one_less * chance
            for before, one_less in zip([*spread, 0.0], [0.0, *spread], strict=True)
        ]
    return sum(spread[count:])
