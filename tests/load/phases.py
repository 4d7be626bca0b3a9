"""The phases of a load: people sign in, learn, and use a live lesson; each with what was seen and what it took."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

from tests.load import live
from tests.load.course import Running
from tests.load.learner import Learner, NotServedError
from tests.load.machine import Work, watched
from tests.load.seen import Seen

from hocvuso.lessons.master import Master


@dataclass
class Phase:
    """One phase: how many people, what they saw, what the machine did."""

    people: int
    seen: Seen = field(default_factory=Seen)
    work: Work = field(default_factory=Work)
    served: int = 0  # people who came to the end

    def record(self) -> dict[str, object]:
        """As JSON."""
        return {
            "people": self.people,
            "served": self.served,
            **self.seen.record(),
            "machine": self.work.record(),
        }


async def sign_in(running: Running, names: Sequence[str], *, at_once: int) -> tuple[Phase, list[Learner]]:
    """Everybody through the hub's form, ``at_once`` at a time; those who are in, with their browsers open."""
    learners = [Learner(running.url, name, Random(name)) for name in names]
    phase, gate = Phase(len(learners)), asyncio.Semaphore(at_once)
    inside: list[Learner] = []

    async def enter(learner: Learner) -> None:
        async with gate:
            try:
                await learner.sign_in(phase.seen)
            except BaseException:
                await learner.close()
                raise
            inside.append(learner)

    await _all(running, phase, [enter(learner) for learner in learners], within=len(names) * 2 + 60)
    return phase, inside


async def learn(
    running: Running, learners: Sequence[Learner], master: Master, *, pace: float, spread: float, seed: int
) -> Phase:
    """Everybody goes through the lesson, the first and the last to begin ``spread`` seconds apart."""
    phase, chance = Phase(len(learners)), Random(seed)

    async def one(learner: Learner, wait: float) -> None:
        await asyncio.sleep(wait)
        await learner.learn(master, phase.seen, pace=pace)

    ways = [one(learner, chance.uniform(0, spread)) for learner in learners]
    longest = spread + 4 * pace * len(master.questions) + 120
    await _all(running, phase, ways, within=longest)
    return phase


async def use_live(
    running: Running, learners: Sequence[Learner], path: str, *, spread: float, stay: float, pace: float
) -> Phase:
    """Everybody opens the live lesson within ``spread`` seconds; all are in it at once for ``stay`` more."""
    phase, chance = Phase(len(learners)), Random(len(learners))
    plan = live.Visit(path, pace, asyncio.Event())
    there = _Gathering(len(learners))

    async def one(learner: Learner, wait: float) -> None:
        await asyncio.sleep(wait)
        try:
            await live.visit(learner, plan, phase.seen, arrived=there.count)
        finally:
            there.count(learner.name)

    async def end() -> None:
        await there.complete.wait()
        await asyncio.sleep(stay)
        plan.leave.set()

    ending = asyncio.create_task(end())
    try:
        visits = [one(learner, chance.uniform(0, spread)) for learner in learners]
        await _all(running, phase, visits, within=spread + stay + 300)
    finally:
        ending.cancel()
        with suppress(asyncio.CancelledError):
            await ending
    return phase


class _Gathering:
    """Waits until so many people were counted, each once."""

    def __init__(self, people: int) -> None:
        self._missing, self._counted = people, set[str]()
        self.complete = asyncio.Event()

    def count(self, name: str) -> None:
        self._counted.add(name)
        if len(self._counted) >= self._missing:
            self.complete.set()


async def _all(running: Running, phase: Phase, ways: Sequence[Awaitable[None]], *, within: float) -> None:
    """All ``ways`` at once. Who is not served is counted in the phase; what is not ended ``within`` is broken off."""
    started = perf_counter()

    async def one(way: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(max(0.0, started + within - perf_counter())):
                await way
            phase.served += 1
        except NotServedError:
            return  # counted where it happened
        except TimeoutError:
            phase.seen.failures["not done in time"] += 1

    with watched(running.pid) as phase.work:
        await asyncio.gather(*(one(way) for way in ways))
