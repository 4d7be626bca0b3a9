"""How far a learner is with a lesson, from what they began, handed in and got back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum

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
