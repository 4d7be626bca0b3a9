"""One learner's way through a lesson, over HTTP as a browser goes it: own cookies, own connections, human pauses."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import Any, Self

import aiohttp
from tests.load.course import PASSWORD
from tests.load.seen import Seen
from yarl import URL

from hocvuso.hub.settings import SITE_PATH
from hocvuso.lessons.master import Master
from hocvuso.questions.base import Question
from hocvuso.questions.registry import check_answer

TIMEOUT = aiohttp.ClientTimeout(total=180)
CONNECTIONS = 6  # a browser's, to one host
ASK_AGAIN = 3.0  # seconds between two looks at whether a submission is graded, about as the waiting page does
CHANGES_MIND = 0.1  # of the answers are given once more
_ASSET = re.compile(r'<(?:script|link)\b[^>]*?\b(?:src|href)="([^"]+\.(?:js|css)[^"]*)"')
_FAILED = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


class NotServedError(Exception):
    """A request failed and is counted; the learner can't go on."""


@dataclass(slots=True)
class Saved:
    """An answer that the site said it has, and its revision."""

    answer: Any
    revision: int


@dataclass(slots=True)
class Way:
    """What one learner did in a lesson and was told."""

    saved: dict[str, Saved] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)  # sent, but nothing said whether it was saved
    receipts: dict[str, dict[str, Any]] = field(
        default_factory=dict
    )  # what was handed in under which receipt
    points: int | None = None


class Learner:
    """A person with a browser."""

    def __init__(self, url: str, name: str, chance: Random) -> None:
        self.name, self._url, self._chance = name, URL(url), chance
        self._http = aiohttp.ClientSession(
            base_url=url,
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # "unsafe" is a host without a name, as 127.0.0.1
            timeout=TIMEOUT,
        )
        self._held: set[str] = set()  # what the browser keeps
        self.ways: dict[str, Way] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the browser."""
        await self._http.close()

    async def sign_in(self, seen: Seen) -> None:
        """Through the site's door to the hub's form and back, as everybody comes."""
        with seen.timed("sign in") as status:
            async with self._http.get(SITE_PATH) as form:
                token = re.search(r'name="_xsrf" value="([^"]+)"', await form.text())
                where = form.url
            if token is None:
                status.append(form.status if form.status >= 400 else 500)
                raise NotServedError("no form to sign in")
            fields = {"username": self.name, "password": PASSWORD, "_xsrf": token[1]}
            async with self._http.post(where, data=fields) as home:
                await home.read()
                arrived = home.url.path == SITE_PATH
                status.append(home.status if arrived or home.status >= 400 else 401)
        if not arrived or home.status != 200:
            raise NotServedError("not signed in")

    async def learn(self, master: Master, seen: Seen, *, pace: float) -> None:
        """Open the lesson, answer every question ``pace`` seconds apart in the mean, hand in, see the result."""
        way = self.ways.setdefault(master.edition, Way())
        await self.open_lesson(master, seen)
        await self.answer(master, seen, way, pace=pace)
        await self._hand_in(master, seen, way)
        await self._see_result(master, seen, way)

    async def open_lesson(self, master: Master, seen: Seen) -> None:
        """The page, what it needs and the browser does not have yet, and the answers given before."""
        page = await self._get(f"bai/{master.lesson}", "lesson's page", seen)
        for asset in dict.fromkeys(_ASSET.findall(page)):
            await self._get(str(URL(asset)), "script or style", seen, keeps=True)
        known = await self._send("GET", f"api/answers/{master.edition}", "answers read", seen)
        way = self.ways.setdefault(master.edition, Way())
        for question, kept in known["answers"].items():
            way.saved[question] = Saved(kept["answer"], kept["revision"])

    async def answer(self, master: Master, seen: Seen, way: Way, *, pace: float) -> None:
        """Each question after a pause of half to one and a half times ``pace``; now and then a second thought."""
        for question in master.questions:
            for _ in range(2 if self._chance.random() < CHANGES_MIND else 1):
                await asyncio.sleep(pace * self._chance.uniform(0.5, 1.5))
                samples = question.samples(self._chance)
                kind = self._chance.choice([k for k in ("right", "partial", "wrong") if k in samples])
                await self._save(master.edition, question, samples[kind], seen, way)

    async def _save(self, edition: str, asked: Question, answer: Any, seen: Seen, way: Way) -> None:
        question, before = asked.id, way.saved.get(asked.id)
        body = {"answer": answer, "seen": before.revision if before else 0, "age_ms": 0}
        way.unsure.add(question)
        try:
            told = await self._send("PUT", f"api/answers/{edition}/{question}", "answer saved", seen, body)
        except NotServedError:
            return  # counted; a browser would keep it and try again
        way.unsure.discard(question)
        way.saved[question] = Saved(told["current"], told["revision"])
        if told["current"] != check_answer(asked.asked(), answer):  # NFC, order of options
            seen.failures["answer saved: not the one that was sent"] += 1

    async def _hand_in(self, master: Master, seen: Seen, way: Way) -> None:
        await asyncio.sleep(self._chance.uniform(0, 2))
        path, body = f"bai/{master.lesson}/nop", {"edition": master.edition}
        told = await self._send("POST", path, "handed in", seen, body)
        way.receipts[told["receipt"]["id"]] = {name: saved.answer for name, saved in way.saved.items()}

    async def _see_result(self, master: Master, seen: Seen, way: Way) -> None:
        await self._get(f"bai/{master.lesson}/ket-qua", "result's page", seen)
        started = perf_counter()
        while True:
            state = await self._send("GET", f"api/result/{master.edition}", "asked for the grade", seen)
            if state["state"] != "waiting":
                break
            await asyncio.sleep(ASK_AGAIN * self._chance.uniform(0.9, 1.1))
        seen.took("from handing in to the grade", perf_counter() - started)
        way.points = state.get("points")
        await self._get(f"bai/{master.lesson}/ket-qua", "result's page", seen)

    async def _get(self, path: str, kind: str, seen: Seen, *, keeps: bool = False) -> str:
        address = path if path.startswith("/") else SITE_PATH + path
        if keeps:
            if address in self._held:
                return ""
            self._held.add(address)
        try:
            with seen.timed(kind) as status:
                async with self._http.get(address) as answer:
                    text = await answer.text()
                    status.append(answer.status)
        except _FAILED as error:
            raise NotServedError(kind) from error
        if status[0] != 200:
            raise NotServedError(f"{kind}: {status[0]}")
        return text

    async def _send(
        self, method: str, path: str, kind: str, seen: Seen, body: Mapping[str, Any] | None = None
    ) -> Any:
        """What a script of the page sends, token and all; the answer's JSON."""
        try:
            with seen.timed(kind) as status:
                async with self._http.request(
                    method, SITE_PATH + path, json=body, headers={"X-XSRFToken": self._xsrf}
                ) as answer:
                    told = await answer.json()
                    status.append(answer.status)
        except (*_FAILED, ValueError) as error:
            raise NotServedError(kind) from error
        if not 200 <= status[0] < 300:
            raise NotServedError(f"{kind}: {status[0]}")
        return told

    async def open_live(self, path: str, seen: Seen) -> str:
        """The page of a live lesson, to its last byte: by then its cells have run."""
        return await self._get(path, "live: page, with its cells run", seen)

    def connect(self, path: str) -> Any:
        """A websocket to ``path`` of the site, opened by ``async with``."""
        return self._http.ws_connect(SITE_PATH + path, max_msg_size=0, headers={"Origin": str(self._url)})

    @property
    def _xsrf(self) -> str:
        """The site's token against forged requests, as `host.js` reads it."""
        held = self._http.cookie_jar.filter_cookies(self._url.with_path(SITE_PATH))
        return held["_xsrf"].value if "_xsrf" in held else ""
