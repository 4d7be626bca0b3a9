"""How far a learner is with a lesson, from what they began, handed in and got back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum

from hocvuso.curriculum import framework
from hocvuso.lessons.catalogue import LessonInfo
from hocvuso.site.ledger import Handed, Result
from hocvuso.site.shelf import choose_edition


class Step(Enum):
    """Where a lesson stands."""

    FRESH = "fresh"
    BEGUN = "begun"
    HANDED_IN = "handed-in"
    GRADED = "graded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Standing:
    """One lesson of one learner."""

    info: LessonInfo
    step: Step
    latest: Handed | None
    result: Result | None  # of the newest submission, as far as it is graded
    best: Result | None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some lessons have a result."""

    name: str
    done: int
    of: int


def next_up(standings: Iterable[Standing]) -> Standing | None:
    """What to do next: what could not be graded, what is begun, else the first new lesson; None when there is none."""
    order = (Step.REFUSED, Step.BEGUN, Step.FRESH)
    todo = [standing for standing in standings if standing.step in order]
    return min(todo, key=lambda standing: order.index(standing.step), default=None)


def by_topic(standings: Iterable[Standing]) -> dict[int, list[Standing]]:
    """The lessons of each topic, in the topics' order."""
    found: dict[int, list[Standing]] = {}
    for standing in sorted(standings, key=lambda standing: standing.info.topic):
        found.setdefault(standing.info.topic, []).append(standing)
    return found


def by_level(standings: Sequence[Standing], lang: str) -> list[Share]:
    """How far the learner is on each level that has lessons, the lowest first, named in ``lang``."""
    found = []
    for level in framework().levels:
        of_it = [standing for standing in standings if level.id in standing.info.levels]
        if of_it:
            name = level.name.told(lang)
            found.append(Share(name, sum(standing.result is not None for standing in of_it), len(of_it)))
    return found


def stand(
    editions: Sequence[LessonInfo],
    *,
    begun: AbstractSet[str],
    handed: Sequence[Handed],
    results: Mapping[str, Result],
) -> Standing:
    """Where the lesson with these ``editions`` stands; ``handed`` is newest first and may hold other lessons."""
    names = {info.edition: info for info in editions}
    own = [h for h in handed if h.edition in names]
    chosen = choose_edition(names, begun=begun, handed_in={h.edition for h in own})
    latest = own[0] if own else None
    scored = [r for e, r in results.items() if e in names]
    newest = max(scored, key=lambda r: r.handed_in, default=None)
    result = newest if newest and (latest is None or answers_it(newest, latest)) else None
    best = max((r for r in scored if r.share is not None), key=lambda r: r.share or 0, default=None)
    return Standing(names[chosen or ""], _step(begun & set(names), latest, result), latest, result, best)


def answers_it(result: Result, handed: Handed) -> bool:
    """Whether ``result`` is about ``handed`` or something handed in after it."""
    if result.edition == handed.edition and result.receipt == handed.id:
        return True
    return result.handed_in > handed.at


def _step(begun: AbstractSet[str], latest: Handed | None, result: Result | None) -> Step:
    if result:
        return Step.REFUSED if result.state == "refused" else Step.GRADED
    if latest:
        return Step.HANDED_IN
    return Step.BEGUN if begun else Step.FRESH
