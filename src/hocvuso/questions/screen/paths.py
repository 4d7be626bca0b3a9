"""Paths through screens: where steps lead, what can be reached, and what blind pressing would do.

All of it works on the screens as a learner's page holds them: ``screens[id]["do"][step]`` is a table whose
``to`` names the next screen; a step without ``to`` ends the path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hocvuso.errors import AnswerError
from hocvuso.language import N_
from hocvuso.questions.shapes import BROKEN_QUESTION, part

if TYPE_CHECKING:
    from random import Random

MOST_STEPS = 60

Links = Mapping[str, Mapping[str, str]]  # screen: step: the screen or the ending that follows


@dataclass(frozen=True, slots=True)
class Walk:
    """The steps of a path, each with the screen that it was taken on, and whether the path is at its end."""

    steps: tuple[tuple[str, str], ...]
    ended: bool


def follow(asked: Mapping[str, object], path: Iterable[object]) -> Walk:
    """The walk that ``path`` makes through the screens of a question as asked; raises ``AnswerError``."""
    screens = part(asked, "screens")
    here: object = asked.get("start")
    steps = []
    for step in path:
        if here is None:
            raise AnswerError(N_("Câu trả lời đi tiếp sau khi tình huống đã kết thúc."))
        if not isinstance(here, str):
            raise AnswerError(BROKEN_QUESTION)
        actions = part(part(screens, here), "do")
        if not isinstance(step, str) or step not in actions:
            raise AnswerError(N_("Câu trả lời có một bước không có trên màn hình."))
        steps.append((here, step))
        here = part(actions, step).get("to")
    return Walk(tuple(steps), ended=bool(steps) and here is None)


def reached(links: Links, start: str) -> set[str]:
    """All screens and endings that some path from ``start`` comes to, ``start`` included."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += links.get(here, {}).values()
    return found


def way_out(links: Links, start: str) -> list[str] | None:
    """The steps of a shortest path from ``start`` to where nothing follows; None when there is none."""
    ways: dict[str, list[str]] = {start: []}
    for here in (queue := [start]):
        if here not in links:
            return ways[here]
        for step, there in links[here].items():
            if there not in ways:
                ways[there] = [*ways[here], step]
                queue.append(there)
    return None


def wander(links: Links, start: str, random: Random) -> list[str]:
    """A path of someone who presses anything: each step with equal chance, to an end or to ``MOST_STEPS``."""
    here = start
    path: list[str] = []
    while here in links and len(path) < MOST_STEPS:
        step = random.choice(list(links[here]))
        path.append(step)
        here = links[here][step]
    return path
