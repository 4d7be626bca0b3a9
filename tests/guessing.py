"""What somebody earns who doesn't read: answers drawn at random, and what they are worth on average.

The average is worked out from the scoring rule that docs/questions.md tells, not by asking the question's own
`score`: the two are compared in the tests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import singledispatch
from itertools import product
from math import comb, floor
from random import Random
from typing import Any

from hocvuso.questions import (
    Choice,
    Classify,
    Form,
    FreeText,
    Hotspot,
    Match,
    MultipleChoice,
    Number,
    Order,
    ShortText,
    SimulatedScreen,
    TableCleaning,
)
from hocvuso.questions.hotspot.model import spans_of
from hocvuso.questions.screen.paths import MOST_STEPS

Chances = Mapping[int, float]
"""How likely each number is."""

_UNLIKELY = 1e-7  # a walk over simulated screens is not followed further


@singledispatch
def draw(question: Any, random: Random) -> Any:
    """What a person who taps at random hands in: each option, mark or way as likely as any other."""
    raise TypeError(f"say in tests/guessing.py what guessing earns in a {type(question).__name__}")


@singledispatch
def expected(question: Any) -> float:
    """The points that such answers earn on average."""
    raise TypeError(f"say in tests/guessing.py what guessing earns in a {type(question).__name__}")


def binomial(tries: int, chance: float) -> Chances:
    """How often something of this ``chance`` happens in so many ``tries``."""
    return {k: comb(tries, k) * chance**k * (1 - chance) ** (tries - k) for k in range(tries + 1)}


def total(several: Iterable[Chances]) -> Chances:
    """The sum of independent numbers."""
    found: Chances = {0: 1.0}
    for chances in several:
        more: dict[int, float] = defaultdict(float)
        for (a, likely), (b, often) in product(found.items(), chances.items()):
            more[a + b] += likely * often
        found = more
    return found


def points(most: int, right: Chances, out_of: int) -> float:
    """The average of whole points: a share of ``out_of`` of ``most``, never below 0, rounded down."""
    return sum(chance * floor(max(0, n) * most / out_of + 1e-9) for n, chance in right.items())


@draw.register(ShortText)
@draw.register(Number)
@draw.register(FreeText)
def _(question: Any, random: Random) -> str:
    del question
    return str(random.randrange(10**9, 10**10))  # no key is as long as that


@expected.register(ShortText)
@expected.register(Number)
@expected.register(FreeText)
def _(question: Any) -> float:
    del question
    return 0


@draw.register
def _(question: Choice, random: Random) -> str:
    return random.choice(list(question.options))


@expected.register
def _(question: Choice) -> float:
    return question.points / len(question.options)


@draw.register
def _(question: MultipleChoice, random: Random) -> list[str]:
    return [option for option in question.options if random.random() < 0.5]


@expected.register
def _(question: MultipleChoice) -> float:
    keys = len(question.keys)
    slips = binomial(len(question.options) - keys, 0.5)
    return points(question.points, total([binomial(keys, 0.5), _less(slips)]), keys)


@draw.register
def _(question: Classify, random: Random) -> dict[str, str]:
    return {item: random.choice(list(question.groups)) for item in question.items}


@expected.register
def _(question: Classify) -> float:
    items = len(question.items)
    return points(question.points, binomial(items, 1 / len(question.groups)), items)


@draw.register
def _(question: Match, random: Random) -> dict[str, str]:
    return {item: random.choice(list(question.asked()["options"])) for item in question.pairs}


@expected.register
def _(question: Match) -> float:
    pairs = len(question.pairs)
    return points(question.points, binomial(pairs, 1 / (pairs + len(question.extra))), pairs)


@draw.register
def _(question: Order, random: Random) -> list[str]:
    letters = list(question.asked()["items"])
    return random.sample(letters, len(letters))


@expected.register
def _(question: Order) -> float:
    steps = len(question.steps)
    # the step put in as the n-th stands behind any number of the earlier ones, each as likely
    wrong = total(dict.fromkeys(range(n), 1 / n) for n in range(1, steps + 1))
    pairs = comb(steps, 2)
    return points(question.points, {pairs - 2 * n: chance for n, chance in wrong.items()}, pairs)


@draw.register
def _(question: Hotspot, random: Random) -> list[str]:
    return [place for place in spans_of(question.text) if random.random() < 0.5]


@expected.register
def _(question: Hotspot) -> float:
    signs = len(question.signs)
    harmless = len(spans_of(question.text)) - signs
    found = {n * harmless: chance for n, chance in binomial(signs, 0.5).items()}
    slips = {n * signs: chance for n, chance in binomial(harmless, 0.5).items()}
    return points(question.points, total([found, _less(slips)]), signs * harmless)


@draw.register
def _(question: Form, random: Random) -> dict[str, str]:
    return {
        name: draw(field, random) if isinstance(field, Choice) else ""
        for name, field in question.fields.items()
    }


@expected.register
def _(question: Form) -> float:
    chosen = [field for field in question.fields.values() if isinstance(field, Choice)]
    right = total(binomial(1, 1 / len(field.options)) for field in chosen)
    return points(question.points, right, len(question.fields))


@draw.register
def _(question: TableCleaning, random: Random) -> dict[str, str]:
    return {row: "delete" for row in question.rows if random.random() < 0.5}


@expected.register
def _(question: TableCleaning) -> float:
    named = [max(1, len(rows) - 1) for rows in question.delete]  # of equal rows all but one are to go
    faults = sum(named) + sum(map(len, question.repairs.values()))
    gains = []
    for rows, to_go in zip(question.delete, named, strict=True):
        gain: dict[int, float] = defaultdict(float)
        for n, chance in binomial(len(rows), 0.5).items():
            gain[min(n, to_go) - max(0, n - to_go)] += chance
        gains.append(gain)
    others = len(question.rows) - sum(map(len, question.delete))
    return points(question.points, total([*gains, _less(binomial(others, 0.5))]), faults)


@draw.register
def _(question: SimulatedScreen, random: Random) -> list[str]:
    here, path = next(iter(question.screens)), []
    while here in question.screens and len(path) < MOST_STEPS:
        path.append(random.choice(list(question.screens[here].do)))
        here = question.screens[here].do[path[-1]].to
    return path


@expected.register
def _(question: SimulatedScreen) -> float:
    best = _taken(question, question.best)
    wanted = sum(verdict == "good" for verdict in best.values())
    earned = 0.0
    walks = [(next(iter(question.screens)), (), 1.0)]
    while walks:
        here, path, chance = walks.pop()
        if here in question.screens and len(path) < MOST_STEPS and chance > _UNLIKELY:
            do = question.screens[here].do
            walks += [(action.to, (*path, step), chance / len(do)) for step, action in do.items()]
            continue
        verdicts = list(_taken(question, path).values())
        if "fatal" not in verdicts:
            good = min(verdicts.count("good"), wanted - (here in question.screens))
            earned += chance * floor(max(0, good - verdicts.count("bad")) * question.points / wanted + 1e-9)
    return earned


def _taken(question: SimulatedScreen, path: Iterable[str]) -> dict[tuple[str, str], str]:
    """What each step of ``path`` means; one that is taken again counts once."""
    here, found = next(iter(question.screens)), {}
    for step in path:
        action = question.screens[here].do[step]
        found[here, step] = action.verdict
        here = action.to
    return found


def _less(chances: Chances) -> Chances:
    return {-n: chance for n, chance in chances.items()}
