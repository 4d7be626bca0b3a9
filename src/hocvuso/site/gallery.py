"""The page of question types: every type with an example to try, for those who write and teach lessons."""

from __future__ import annotations

import json
from typing import Any

from tornado import web

from hocvuso.language import get_language
from hocvuso.questions import Code, example, front_messages, types
from hocvuso.questions.registry import title
from hocvuso.site.messages import browser_messages
from hocvuso.site.trying import score
from hocvuso.site.web import ApiHandler, SiteHandler


class Gallery(SiteHandler):
    """``/loai-cau-hoi``: one example of each type; what is answered there is saved nowhere."""

    async def get(self) -> None:
        """All types in the order of their titles."""
        tell = get_language(self.lang)
        # not by the template's own filter, which would sort the options
        kinds = sorted((tell(title(name)), name, json.dumps(example(name).asked())) for name in types())
        self.show("gallery.html", kinds=kinds, messages=front_messages(self.lang) | browser_messages(tell))


class Tried(ApiHandler):
    """``/api/loai-cau-hoi/<type>``: what an answer to the example would earn. Examples are no secret."""

    async def post(self, name: str) -> None:
        """The feedback as a front end shows it."""
        if name not in types():
            raise web.HTTPError(404)
        body: Any = self.read_json()  # JSON from anyone
        if not isinstance(body, dict):
            raise web.HTTPError(400)
        question, answer = example(name), body.get("answer")
        if isinstance(question, Code):
            self.spend(self.site.trying)
            mark = await score(self.site.trials, self.learner, question, answer)
        else:
            mark = question.score(answer)
        self.answer(
            {
                "state": mark.state,
                "points": mark.points,
                "out_of": mark.out_of,
                "your": question.show_answer(answer),
                "key": question.show_key(),
                "why": question.why,
            }
        )
