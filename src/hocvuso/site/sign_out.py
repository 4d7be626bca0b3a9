"""What the hub tells the site when somebody has signed out: their sessions and kernels here end at once."""

from __future__ import annotations

import hmac
import json
from typing import Any, cast

from jupyterhub.services.auth import HubOAuth
from tornado import web

from hocvuso.site.kernels import LearnerKernels


class HubsWord(HubOAuth):  # type: ignore[misc]  # jupyterhub is untyped for us
    """The hub's word on who holds a token, kept for five minutes, but not beyond the person's signing out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._ends = 0

    def forget(self, learner: str) -> None:
        """Believe no earlier answer about ``learner`` any more, also none that is on its way."""
        self._ends += 1
        believed = self.cache.values  # a plain dictionary, beside that of their ages
        for key in [key for key, model in believed.items() if model and model.get("name") == learner]:
            del self.cache[key]

    async def _check_hub_authorization(self, *asked: Any, **how: Any) -> Any:
        before = self._ends
        model = await super()._check_hub_authorization(*asked, **how)
        if before == self._ends:
            return model
        self.cache.pop(how.get("cache_key"), None)
        return await self._check_hub_authorization(*asked, **how)


class SignedOut(web.RequestHandler):
    """``POST /api/signed-out``, for the hub alone: it proves itself by the token that only hub and site know."""

    def initialize(self, hub: HubsWord) -> None:
        """``hub`` knows the token, and whom it has believed to be signed in."""
        self._hub = hub

    def check_xsrf_cookie(self) -> None:
        """Not needed: no browser sends this, and the token is asked for."""

    async def post(self) -> None:
        """End the sessions, lines and kernels of the learner in the body."""
        given = self.request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"token {self._hub.api_token}".encode()):
            raise web.HTTPError(403)
        learner = str(json.loads(self.request.body)["learner"])
        self._hub.forget(learner)
        await cast("LearnerKernels", self.settings["kernel_manager"]).end_all(learner)
        self.set_status(204)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Only the number: nobody reads this page."""
        self.finish(str(status_code))
