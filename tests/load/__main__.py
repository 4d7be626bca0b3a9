"""``make load``: many learners at once, each with a session of their own, on this machine, generator included.

QUICK=1    fewer of all, under three minutes
STEPS=1    afterwards the load is raised until something breaks
LEARNERS=, LIVE=, PACE=    other numbers of people, other seconds per question
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import bcrypt
from tests.bench.measure import QUICK, say
from tests.load import course, phases
from tests.load.check import lost
from tests.load.learner import Learner
from tests.load.machine import GENERATOR, look
from tests.load.report import HUMAN_PACE, Report, Step, keep

from hocvuso.lessons.master import Master, read_master

LESSON = "t14-05"
LIVE = "song/t20-01/an-cot"
FASTER = (2, 4, 8, 16, 32)  # times the first load
MORE = (1.2, 1.4)  # times as many in the live lesson: the site allows 200
HONEST_COST = int(bcrypt.gensalt().split(b"$")[2])  # the hub's: it takes bcrypt's own default
FULL_GENERATOR = 0.9  # of a core: from here on its own waiting would count


@dataclass(frozen=True, slots=True)
class Plan:
    """How many people do what, and how fast."""

    learners: int = 2000
    live: int = 150
    pace: float = HUMAN_PACE
    spread: float = 60.0  # the first and the last begin this far apart, so that they don't go in step
    live_spread: float = 40.0
    live_stay: float = 30.0
    signing_in_at_once: int = 16
    at_cost: int = course.PEOPLE_AT_COST
    steps: bool = False


TINY = Plan(learners=10, live=2, pace=0.3, spread=1, live_spread=0.5, live_stay=0.5, at_cost=2)


def planned() -> Plan:
    """The plan that the environment asks for."""
    base = (
        Plan(learners=200, live=15, pace=5, spread=5, live_spread=8, live_stay=5, at_cost=20)
        if QUICK
        else Plan()
    )
    told = os.environ
    return Plan(
        learners=int(told.get("LEARNERS") or base.learners),
        live=int(told.get("LIVE") or base.live),
        pace=float(told.get("PACE") or base.pace),
        spread=base.spread,
        live_spread=base.live_spread,
        live_stay=base.live_stay,
        at_cost=base.at_cost,
        steps=bool(told.get("STEPS")),
    )


def run(plan: Plan, root: Path, *, quick: bool) -> Report:
    """Make the course below ``root``, serve it, load it; what came of it."""
    say("making the course and the accounts")
    places = course.make_course(root)
    names = course.learner_names(plan.learners)
    at_cost = course.learner_names(plan.at_cost, prefix="hc")
    course.add_learners(places, names)
    course.add_learners(places, at_cost, cost=HONEST_COST)
    report = Report(quick)
    with course.served(places) as running:
        # only now: what is served must manage with the limits that it is started with
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        report.idle_mb = {part: mb for part, mb in look(running.pid).items() if part != GENERATOR}
        asyncio.run(_load(plan, running, report, names, at_cost))
        report.errors_logged = course.errors_logged(places)
    return report


async def _load(
    plan: Plan, running: course.Running, report: Report, names: Sequence[str], at_cost: Sequence[str]
) -> None:
    master = read_master(running.places.source / LESSON / f"{LESSON}.ipynb")
    async with AsyncExitStack() as browsers:
        say(f"signing in: {len(at_cost)} people with the hub's own cost of a password, then {len(names)}")
        for name, people in (("the hub's own passwords", at_cost), ("passwords that cost nothing", names)):
            phase, learners = await phases.sign_in(running, people, at_once=plan.signing_in_at_once)
            for learner in learners:
                browsers.push_async_callback(learner.close)
            report.sign_in[name] = phase
            say(f"   {phase.served / phase.work.seconds:.1f} a second")
        await _steps(plan, running, report, learners, master, factors=(1,))
        await _live_steps(plan, running, report, learners, factors=(1.0,))
        if plan.steps:  # what must be carried first: what breaks may leave a mess behind
            keep(report)
            await _steps(plan, running, report, learners, master, factors=FASTER)
            await _live_steps(plan, running, report, learners, factors=MORE)


async def _steps(
    plan: Plan,
    running: course.Running,
    report: Report,
    learners: Sequence[Learner],
    master: Master,
    *,
    factors: Sequence[int],
) -> None:
    for faster in factors:
        pace = plan.pace / faster
        say(f"{len(learners)} learners, {pace:g} s per question")
        phase = await phases.learn(
            running, learners, master, pace=pace, spread=plan.spread / faster, seed=faster
        )
        phase.people = max(phase.people, plan.learners)  # who could not sign in is missing here
        step = Step(f"load × {faster}", phase, pace, lost(running.places, learners, master))
        report.steps.append(step)
        say(f"   {step.trouble or 'carried'} ({step.busiest})")
        if step.trouble or phase.work.cores[GENERATOR] > FULL_GENERATOR:
            return


async def _live_steps(
    plan: Plan,
    running: course.Running,
    report: Report,
    learners: Sequence[Learner],
    *,
    factors: Sequence[float],
) -> None:
    for share in factors:
        people = learners[: round(plan.live * share)]
        say(f"{len(people)} in a live lesson")
        phase = await phases.use_live(
            running, people, LIVE, spread=plan.live_spread, stay=plan.live_stay, pace=5
        )
        step = Step(f"live, {len(people)} at once", phase, 5)
        report.live.append(step)
        say(f"   {step.trouble or 'carried'} ({step.busiest})")
        if step.trouble:
            return


def main() -> None:
    """Load, report; the status says whether what must be carried was carried."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is served is stopped
    with tempfile.TemporaryDirectory(prefix="hocvuso-load-") as folder:
        report = run(planned(), Path(folder).resolve(), quick=QUICK)
    keep(report)
    sys.exit(not report.good)


if __name__ == "__main__":
    main()
