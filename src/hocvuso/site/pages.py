"""Plain pages without a kernel: home, lesson, result, all results."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tornado import web

from hocvuso.curriculum import topic_title
from hocvuso.lessons.catalogue import LessonInfo
from hocvuso.site.files import send
from hocvuso.site.ledger import Handed, Result
from hocvuso.site.progress import Standing, answers_it, by_level, by_topic, next_up, stand
from hocvuso.site.shelf import choose_edition
from hocvuso.site.web import SiteHandler

LONGEST_QUERY = 100  # characters


class LearnerPage(SiteHandler):
    """Reads what the signed-in learner has begun, handed in and got back."""

    def editions_of(self, lesson: str) -> Sequence[LessonInfo]:
        """The lesson's released editions, the newest first; 404 when there is none."""
        found = self.site.shelf.lessons().get(lesson)
        if not found:
            raise web.HTTPError(404)
        return found

    async def standings(self) -> list[Standing]:
        """Where each released lesson stands."""
        learner = self.learner
        return await asyncio.to_thread(self._standings, learner)

    def _standings(self, learner: str) -> list[Standing]:
        begun = self.site.store.editions_begun(learner)
        handed = self.site.ledger.handed_in(learner)
        results = self.site.ledger.results(learner)
        lessons = self.site.shelf.lessons().values()
        return [stand(editions, begun=begun, handed=handed, results=results) for editions in lessons]


class Home(LearnerPage):
    """``/``: "Bài của tôi"; ``/?tim=…``: the lessons in which these words stand."""

    async def get(self) -> None:
        """What to do next, how far one is, all lessons by topic, each with where it stands."""
        standings = await self.standings()
        query = self.get_query_argument("tim", "")[:LONGEST_QUERY].strip()
        found = await asyncio.to_thread(self.site.index.find, query, self.lang)
        self.show(
            "home.html",
            query=query,
            found=[
                (hit, standing) for hit in found for standing in standings if standing.info.id == hit.info.id
            ],
            standings=standings,
            next=next_up(standings),
            topics=by_topic(standings),
            levels=by_level(standings, self.lang),
            topic_title=topic_title,
        )


class Lesson(LearnerPage):
    """``/bai/<lesson>``: the page that the build made, the same bytes for everyone."""

    keeps = "private, no-cache"

    async def get(self, lesson: str) -> None:
        """The page of the learner's edition."""
        editions = [info.edition for info in self.editions_of(lesson)]
        learner = self.learner
        only = editions[0] if len(editions) == 1 else None  # then there is nothing to look up
        edition = only or await asyncio.to_thread(self._choose, editions, learner)
        page = self.site.shelf.find_page(edition or "", self.lang)
        if page is None:
            raise web.HTTPError(404)
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Vary", "Cookie")
        send(self, page.packed)

    def _choose(self, editions: list[str], learner: str) -> str | None:
        handed = {one.edition for one in self.site.ledger.handed_in(learner)}
        return choose_edition(editions, begun=self.site.store.editions_begun(learner), handed_in=handed)


class LessonResult(LearnerPage):
    """``/bai/<lesson>/ket-qua``: what came of the newest submission, or that it is being graded."""

    async def get(self, lesson: str) -> None:
        """Points, and per question: yours, the right one, why. All of it plain text, escaped."""
        editions = self.editions_of(lesson)
        standings = await self.standings()
        standing = next(one for one in standings if one.info.id == editions[0].id)
        if standing.latest is None and standing.result is None:
            self.redirect(f"{self.site.base_url}bai/{lesson}")
            return
        after = next_up(one for one in standings if one is not standing)
        self.show("result.html", lesson=lesson, standing=standing, result=standing.result, next=after)


class Results(LearnerPage):
    """``/ket-qua``: all results of the learner."""

    async def get(self) -> None:
        """Lessons that were handed in, the newest first."""
        done = [s for s in await self.standings() if s.latest or s.result]
        self.show("results.html", standings=sorted(done, key=_when, reverse=True))


def _when(standing: Standing) -> float:
    if standing.latest:
        return standing.latest.at.timestamp()
    return standing.result.handed_in.timestamp() if standing.result else 0.0


def state_of(result: Result | None, latest: Handed | None) -> str:
    """What ``/api/result`` says: ``none``, ``waiting``, or the state of the result that answers ``latest``."""
    if latest is None:
        return result.state if result else "none"
    return result.state if result and answers_it(result, latest) else "waiting"
