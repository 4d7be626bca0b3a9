"""Pages of the hub that it has no handler for."""

from __future__ import annotations

import asyncio
from typing import Any

from jupyterhub.handlers import BaseHandler
from tornado import web

from hocvuso.errors import PeopleError
from hocvuso.hub.accounts import check_password, end_sessions, hash_password, matches
from hocvuso.hub.sign_out import tell_site
from hocvuso.language import N_


class ChangePassword(BaseHandler):  # type: ignore[misc]  # jupyterhub is untyped for us
    """A signed-in user changes their own password; every other session of theirs ends."""

    @web.authenticated
    async def get(self) -> None:
        """The form."""
        await self._show()

    @web.authenticated
    async def post(self) -> None:
        """Change the password, or say what is wrong with the new one."""
        user: Any = self.current_user
        account = self.authenticator.get_user(user.name)
        old, new, again = (
            self.get_body_argument(name, "", strip=False)
            for name in ("old_password", "new_password", "again")
        )
        try:
            await self._check_old(account, old)
            _check_same(new, again)
            account.password = await asyncio.to_thread(hash_password, check_password(new, user.name))
        except PeopleError as error:
            self.set_status(400)
            await self._show(error=error)
            return
        labs = [spawner.api_token for spawner in user.spawners.values() if spawner.api_token]
        end_sessions(self.db, [user.orm_user], keep=labs)
        tell_site(self, user.name)
        self.set_login_cookie(user)
        await self._show(done=True)

    async def _check_old(self, account: Any, password: str) -> None:
        if account is None:
            raise PeopleError(N_("Chưa đổi được mật khẩu: hãy thử lại sau ít phút."))
        with self.authenticator.tries.one(account.username) as attempt:
            attempt.right = await asyncio.to_thread(matches, password, account.password)
        if not attempt.right:
            raise PeopleError(N_("Mật khẩu hiện tại chưa đúng: hãy nhập lại."))

    async def _show(self, *, error: PeopleError | None = None, done: bool = False) -> None:
        html = await self.render_template("change-password.html", error=error, done=done)
        self.finish(html)


def _check_same(new: str, again: str) -> None:
    if new != again:
        raise PeopleError(N_("Hai lần nhập mật khẩu mới không giống nhau: hãy nhập lại."))
