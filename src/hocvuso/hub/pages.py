"""Pages of the hub that it has no handler for."""

from __future__ import annotations

import asyncio
from typing import Any

from jupyterhub import orm
from jupyterhub.handlers import BaseHandler
from tornado import web

from hocvuso.errors import PeopleError
from hocvuso.hub.accounts import check_password, hash_password, matches
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
        user.orm_user.cookie_id = orm.new_token()  # signs out whoever else holds a cookie of this account
        self.db.commit()
        self.set_login_cookie(user)
        await self._show(done=True)

    async def _check_old(self, account: Any, password: str) -> None:
        if account is None or self.authenticator.is_blocked(account.username):
            raise PeopleError(N_("Chưa đổi được mật khẩu: hãy thử lại sau ít phút."))
        if not await asyncio.to_thread(matches, password, account.password):
            self.authenticator.add_login_attempt(account.username)
            raise PeopleError(N_("Mật khẩu hiện tại chưa đúng: hãy nhập lại."))

    async def _show(self, *, error: PeopleError | None = None, done: bool = False) -> None:
        html = await self.render_template("change-password.html", error=error, done=done)
        await self.finish(html)


def _check_same(new: str, again: str) -> None:
    if new != again:
        raise PeopleError(N_("Hai lần nhập mật khẩu mới không giống nhau: hãy nhập lại."))
