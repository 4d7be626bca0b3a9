"""Signing out: every session of that person here ends, on all their devices, and what runs for them is stopped.

A plain GET is enough, so that the link works without scripts. Another site can therefore make a person sign out by
a link that they follow (cookies are SameSite=Lax), and no more than that.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from jupyterhub.handlers import LogoutHandler
from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from hocvuso.hub.accounts import end_sessions
from hocvuso.hub.settings import SERVICE

SIGNED_OUT = "api/signed-out"
"""Where the site is told, below its own path."""
_TRIES, _PAUSE = 150, 2.0  # as long as the site may believe an earlier answer of the hub's: five minutes
_running: set[asyncio.Task[None]] = set()


class SignOut(LogoutHandler):  # type: ignore[misc]  # jupyterhub is untyped for us
    """``/hub/logout``."""

    ended = False

    async def default_handle_logout(self) -> None:
        """End the sessions first, whatever becomes of the rest."""
        user = self.current_user
        self.clear_login_cookie()
        if user is None:
            return
        self.ended = True
        end_sessions(self.db, [user.orm_user])
        tell_site(self, user.name)
        for name, spawner in list(user.spawners.items()):
            if spawner.active or spawner.pending:
                in_background(self._stop(user, name))

    async def _stop(self, user: Any, name: str) -> None:
        """Stop a JupyterLab, one that is just starting as soon as it can be."""
        spawner = user.spawners[name]
        while spawner.pending:  # noqa: ASYNC110  (the hub tells it in no other way)
            await asyncio.sleep(_PAUSE / 4)
        if spawner.active:
            await self.stop_single_user(user, name)

    async def render_logout_page(self) -> None:
        """Say what has ended."""
        self.finish(await self.render_template("logout.html", ended=self.ended))


def tell_site(handler: Any, learner: str) -> None:
    """Let the site end what ``learner`` has there; tried again while the site does not answer."""
    service = handler.services[SERVICE]
    url = f"{service.url.rstrip('/')}{service.prefix}{SIGNED_OUT}"
    in_background(_post(url, service.api_token, json.dumps({"learner": learner})))


async def _post(url: str, token: str, body: str) -> None:
    client = AsyncHTTPClient()
    headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
    for _ in range(_TRIES):
        try:
            await client.fetch(url, method="POST", headers=headers, body=body)
        except (HTTPClientError, OSError):
            await asyncio.sleep(_PAUSE)
        else:
            return


def in_background(work: Any) -> None:
    """Do ``work`` while the answer is on its way; a task that nobody holds could be collected."""
    task = asyncio.ensure_future(work)
    _running.add(task)
    task.add_done_callback(_running.discard)
