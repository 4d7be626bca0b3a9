"""The answers interface that `host.js` talks to, handing in, results, receipts. JSON, for whoever is signed in."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tornado import web

from hocvuso.errors import ConflictError
from hocvuso.exchange.submit import submit
from hocvuso.lessons.catalogue import LessonInfo
from hocvuso.questions import AnswerBook
from hocvuso.site.pages import state_of
from hocvuso.site.shelf import EDITION
from hocvuso.site.web import ApiHandler, tag_of

OLDEST_EDIT = timedelta(days=366)


class Edit(BaseModel):
    """What a browser sends when an answer changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    answer: Any  # the question's type knows the shape; `AnswerStore.save` checks it
    seen: Annotated[int, Field(ge=0, le=2**31)]
    age_ms: Annotated[int, Field(ge=0, le=int(OLDEST_EDIT.total_seconds() * 1000))]


class HandIn(BaseModel):
    """What a browser sends to hand in: the edition that the learner saw."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    edition: Annotated[str, Field(pattern=f"^{EDITION}$")]


class EditionApi(ApiHandler):
    """Base of what concerns one released edition."""

    def get_edition(self, edition: str) -> LessonInfo:
        """The released edition; 404 when there is none of that name."""
        info = self.site.shelf.editions().get(edition)
        if info is None:
            raise web.HTTPError(404)
        return info


class Answers(EditionApi):
    """``/api/answers/<edition>``."""

    async def get(self, edition: str) -> None:
        """The learner's own answers, each with the revision that an edit must name."""
        self.get_edition(edition)
        learner = self.learner
        kept = {}
        if self.site.store.begun(learner, edition):  # else nothing is worth a thread
            kept = dump_answers(await asyncio.to_thread(self.site.store.read, learner, edition))
        self.answer({"edition": edition, "learner": tag_of(learner), "answers": kept})


class Answer(EditionApi):
    """``/api/answers/<edition>/<question>``."""

    async def put(self, edition: str, question: str) -> None:
        """Save an edit. 200 when it stands; 409 with what is kept when another device's newer edit does."""
        self.spend(self.site.saving)
        asked = self.site.shelf.find_question(edition, question)
        if asked is None:
            raise web.HTTPError(404)
        try:
            edit = Edit.model_validate(self.read_json())
        except ValidationError as error:
            raise web.HTTPError(400) from error
        learner = self.learner
        edited = self.site.clock() - timedelta(milliseconds=edit.age_ms)
        try:
            saved = await asyncio.to_thread(
                self.site.store.save, learner, edition, asked, edit.answer, seen=edit.seen, edited=edited
            )
        except ConflictError as error:
            book = await asyncio.to_thread(self.site.store.read, learner, edition)
            current = dump_answers(book).get(question, {"answer": None, "revision": 0})
            body = {"error": error.tell(self.lang), "conflict": "unknown-revision", **_now(current)}
            self.answer(body, 409)
            return
        body = {"revision": saved.revision, "conflict": saved.conflict, "current": saved.current}
        self.answer(body, 409 if saved.conflict == "kept-other" else 200)


class Submit(EditionApi):
    """``/bai/<lesson>/nop``: hand in. Again and again if the learner likes; each time a receipt."""

    async def post(self, lesson: str) -> None:
        """Hand in the learner's answers to the edition named in the body."""
        self.spend(self.site.handing_in)
        try:
            wanted = HandIn.model_validate(self.read_json())
        except ValidationError as error:
            raise web.HTTPError(400) from error
        info = self.get_edition(wanted.edition)
        if info.id != lesson:
            raise web.HTTPError(404)
        site, learner = self.site, self.learner
        receipt = await asyncio.to_thread(
            submit, site.places, site.store, site.key, learner, info.edition, site.clock(), site.new_id
        )
        record = receipt.record()
        await asyncio.to_thread(site.ledger.keep, learner, record)
        result = f"{site.base_url}bai/{lesson}/ket-qua"
        self.answer({"receipt": record, "result": result}, 201)


class ResultState(EditionApi):
    """``/api/result/<edition>``: whether the newest submission is graded; the waiting page asks."""

    async def get(self, edition: str) -> None:
        """State, points, receipt: no key and no explanation, those are on the result's page."""
        self.get_edition(edition)
        learner = self.learner
        handed = await asyncio.to_thread(self.site.ledger.handed_in, learner)
        result = await asyncio.to_thread(self.site.ledger.find_result, learner, edition)
        latest = next((h for h in handed if h.edition == edition), None)
        state = state_of(result, latest)
        body: dict[str, object] = {"state": state, "receipt": latest.id if latest else None}
        if result and state in {"graded", "partly"}:
            body |= {"points": result.points, "out_of": result.out_of}
        self.answer(body)


class Receipt(ApiHandler):
    """``/bien-nhan/<id>``: the learner's own receipt, with the site's signature."""

    async def get(self, receipt_id: str) -> None:
        """The receipt as a file to keep."""
        learner = self.learner
        found = await asyncio.to_thread(self.site.ledger.find_receipt, learner, receipt_id)
        if found is None:
            raise web.HTTPError(404)
        self.set_header("Content-Disposition", f'attachment; filename="bien-nhan-{found.id}.json"')
        self.answer(found.receipt)


class Me(ApiHandler):
    """``/api/me``: who is signed in, for the page's greeting."""

    async def get(self) -> None:
        """Display name and the tag under which the browser keeps unsent answers."""
        called = self.site.ledger.called(self.learner)
        self.answer({"display_name": called, "learner": tag_of(self.learner)})


def dump_answers(book: AnswerBook) -> dict[str, dict[str, Any]]:
    """The answers of a book as JSON: ``{question: {answer, revision, edited}}``."""
    return dict(book.model_dump(mode="json")["answers"])


def _now(current: dict[str, Any]) -> dict[str, Any]:
    return {"revision": current["revision"], "current": current["answer"]}
