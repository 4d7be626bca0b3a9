"""Accounts of the hub's own: who may sign in, and with what.

There is no sign-up: an operator adds accounts (`add_account`). The sample accounts of the demo are accepted
only by a hub that was started in demo mode; any other hub refuses them even where their rows, old cookies or
old tokens are still in its database.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import bcrypt
import nativeauthenticator.nativeauthenticator as native
from jupyterhub import orm
from nativeauthenticator import NativeAuthenticator
from nativeauthenticator.orm import UserInfo
from sqlalchemy import inspect
from sqlalchemy.orm import Session
from tornado.web import HTTPError
from traitlets import Bool, Instance, List, Unicode, default

from hocvuso.errors import PeopleError
from hocvuso.hub.logs import nobody
from hocvuso.hub.secret_files import make_private, write_private
from hocvuso.hub.tries import Tries
from hocvuso.language import N_, nfc
from hocvuso.places import Places, folder_of
from hocvuso.rates import Limits

TRAINERS = "trainers"
OPERATORS = "operators"
SAMPLES: Mapping[str, str | None] = {"hocvien": None, "giangvien": TRAINERS, "vanhanh": OPERATORS}
"""The demo's accounts and the group of each."""

OWN_ACCOUNTS = "accounts"
"""The way to sign in where there is no provider."""

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD_BYTES = 72  # bcrypt reads no further
DATABASE = "jupyterhub.sqlite"
_LONGEST_FOLDER = 120  # a submission's folder also holds edition, time and a random part, in 255 bytes
_USERNAME = re.compile(r"[^\W_][\w.@-]*")  # no "+", "*", "[" or "/": nbgrader's own marks, and paths
_EASY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike; no shift key on a phone


def normal_username(name: str) -> str:
    """``name`` as the hub keeps it: NFC, lower case, no space around."""
    return nfc(nfc(name).strip().lower())


def check_username(name: str) -> str:
    """The normal form of ``name``; PeopleError when it can't name a learner here."""
    username = normal_username(name)
    if not _USERNAME.fullmatch(username) or len(folder_of(username)) > _LONGEST_FOLDER:
        raise PeopleError(
            N_(
                "Tên đăng nhập “{name}” không dùng được: chỉ gồm chữ, số, dấu chấm, gạch dưới, gạch ngang "
                "hoặc @, bắt đầu bằng chữ hoặc số và không quá dài."
            ),
            name=name[:80],
        )
    return username


def check_password(password: str, username: str) -> str:
    """``password`` in NFC; PeopleError when it is too short, too long, too common or holds the name."""
    text = nfc(password)
    if len(text) < SHORTEST_PASSWORD:
        raise PeopleError(N_("Mật khẩu phải có ít nhất {shortest} ký tự."), shortest=SHORTEST_PASSWORD)
    if len(text.encode()) > LONGEST_PASSWORD_BYTES or "\0" in text:
        raise PeopleError(N_("Mật khẩu quá dài: hãy dùng mật khẩu ngắn hơn."))
    if username in text.lower() or text.lower() in _common_passwords():
        raise PeopleError(N_("Mật khẩu này quá dễ đoán: hãy chọn mật khẩu khác."))
    return text


class OurUsernames:
    """For an authenticator of the hub: which names there are, whoever vouches for the person."""

    def normalize_username(self, username: str) -> str:
        """NFC and lower case, so that one name typed on two keyboards is one account."""
        return normal_username(username)

    def validate_username(self, username: str) -> bool:
        """Whether ``username`` may be a user of this hub at all."""
        try:
            check_username(username)
        except PeopleError:
            return False
        return bool(super().validate_username(username))  # type: ignore[misc]  # the hub's


class HocVuSoAuthenticator(OurUsernames, NativeAuthenticator):  # type: ignore[misc]  # untyped for us
    """Names and passwords in the hub's database, hashed by bcrypt; no sign-up, no list of accounts."""

    demo = Bool(False, config=True, help="Whether the sample accounts of the demo may sign in")
    limits = Instance(Limits, (), config=True, help="How often somebody may fail to sign in")
    trusted_proxies = List(Unicode(), config=True, help="Addresses whose X-Forwarded-For is believed")

    @default("db")
    def _hubs_own_session(self) -> Any:
        # The base class keeps its table in the hub's database; without this, every start logs a warning.
        return self._deprecated_db_session

    def __init__(self, **kwargs: Any) -> None:  # traitlets' and the hub's own arguments
        super().__init__(**kwargs)
        self.tries = Tries(self.limits, self.trusted_proxies)
        if not self.demo and "users" in inspect(self.db.get_bind()).get_table_names():
            end_sessions(self.db, self.db.query(orm.User).filter(orm.User.name.in_(list(SAMPLES))))

    def is_password_strong(self, password: str) -> bool:
        """Kept in step with `check_password` for the base class's own calls."""
        try:
            check_password(password, "\0")
        except PeopleError:
            return False
        return True

    def get_user(self, username: str) -> Any:
        """The account of that name, or None; from now on no line of the log names it."""
        found = super().get_user(username)
        if found is not None:
            nobody.know(found.username)
        return found

    def is_refused(self, username: str) -> bool:
        """Whether ``username`` is a sample account on a hub that is no demo."""
        return username in SAMPLES and not self.demo

    async def authenticate(self, handler: Any, data: Mapping[str, str]) -> str | None:
        """The user's name when the password is theirs, else None; the same work is done either way.

        HTTP 429 after too many failed tries, also for a name that has no account.
        """
        if "username" not in data:
            raise HTTPError(400)
        username = self.normalize_username(data["username"])
        with self.tries.one(username, handler.request.headers) as attempt:
            known = self.get_user(username)
            usable = known is not None and known.is_authorized and not self.is_refused(username)
            hashed = known.password if usable else _nobodys_hash()
            # bcrypt takes a fifth of a second on purpose; in a thread, so that the hub goes on serving
            right = await asyncio.to_thread(matches, data.get("password", ""), hashed)
            attempt.right = usable and right
        return username if attempt.right else None

    async def refresh_user(self, user: Any, handler: object = None) -> bool:
        """Refuse a session that outlived its account's right to be here."""
        del handler
        known = self.get_user(user.name)
        return known is not None and bool(known.is_authorized) and not self.is_refused(user.name)

    def get_handlers(self, app: object) -> list[tuple[str, type]]:
        """The page to change one's own password, and signing out; the hub's own sign-in page does the rest."""
        from hocvuso.hub.pages import ChangePassword  # they need this module
        from hocvuso.hub.sign_out import SignOut

        del app
        return [("/change-password", ChangePassword), ("/logout", SignOut)]


def end_sessions(session: Session, users: Iterable[orm.User], *, keep: Iterable[str] = ()) -> None:
    """End every session of ``users``: cookies, tokens (but those in ``keep``) and half-finished sign-ins."""
    kept = {orm.APIToken.find(session, token) for token in keep}
    for user in users:
        user.cookie_id = orm.new_token()
        for grant in (*user.api_tokens, *user.oauth_codes):
            if grant not in kept:
                session.delete(grant)
    session.commit()


def matches(password: str, hashed: bytes) -> bool:
    """Whether ``password`` (in any Unicode form) is the one that was hashed."""
    try:
        return bcrypt.checkpw(nfc(password).encode(), hashed)
    except ValueError:  # longer than bcrypt reads, or with a NUL: never stored
        return False


def hash_password(password: str) -> bytes:
    """NativeAuthenticator's form of a stored password: bcrypt with its own salt."""
    return bcrypt.hashpw(nfc(password).encode(), bcrypt.gensalt())


def database_url(places: Places) -> str:
    """SQLAlchemy's address of the hub's database."""
    return f"sqlite:///{places.hub / DATABASE}"


def add_account(
    places: Places, learner: str, password: str, *, replace: bool = False, trainer: bool = False
) -> str:
    """Let ``learner`` sign in with ``password``; the name as the hub keeps it. A ``trainer`` joins that group.

    PeopleError when the name or the password can't be used, or the account is there already and ``replace``
    is not set. The hub may be running (a group then counts from its next start); it need never have run.
    """
    username = check_username(learner)
    if username in SAMPLES:
        raise PeopleError(N_("Tên {name} chỉ dành cho bản trình diễn: hãy chọn tên khác."), name=username)
    _store(places, username, check_password(password, username), replace=replace)
    if trainer:
        _join(places, username, TRAINERS)
    return username


def prepare_demo_accounts(places: Places, random: Random | None = None) -> dict[str, str]:
    """The sample accounts with their passwords, made once and kept in ``var/demo/accounts.json``."""
    file = places.var / "demo" / "accounts.json"
    kept = _read_accounts(file)
    random = random or SystemRandom()
    accounts = {name: kept.get(name) or _easy_password(random) for name in SAMPLES}
    if accounts != kept:
        write_private(file, json.dumps(accounts, ensure_ascii=False, indent=1) + "\n")
    for name, password in accounts.items():
        _store(places, name, password, replace=True)
    return accounts


def keep_way(places: Places, way: str) -> None:
    """Remember that people sign in in this ``way``; where it was another before, every session of that time ends."""
    file = places.hub / "sign_in"
    before = file.read_text(encoding="utf-8").strip() if file.is_file() else OWN_ACCOUNTS
    if before != way and (places.hub / DATABASE).is_file():
        with _hub_session(places) as session:
            end_sessions(session, session.query(orm.User))
    write_private(file, way + "\n")


def _store(places: Places, username: str, password: str, *, replace: bool) -> None:
    with _hub_session(places) as session:
        info = UserInfo.find(session, username)
        if info is not None and not replace:
            raise PeopleError(
                N_("Tài khoản {name} đã có: thêm --replace để đặt lại mật khẩu."), name=username
            )
        if info is None:
            info = UserInfo(username=username, password=hash_password(password))
            session.add(info)
        elif not matches(password, info.password):
            info.password = hash_password(password)
        info.is_authorized = True
        session.commit()


def _join(places: Places, username: str, group_name: str) -> None:
    with _hub_session(places) as session:
        user = orm.User.find(session, username)
        if user is None:
            everyone = orm.Role.find(
                session, "user"
            )  # none before the hub's first start, which then gives it
            user = orm.User(name=username, roles=[everyone] if everyone else [])
            session.add(user)
        group = orm.Group.find(session, group_name)
        if group is None:
            group = orm.Group(name=group_name)
            session.add(group)
        if group not in user.groups:
            user.groups.append(group)
        session.commit()


@contextmanager
def _hub_session(places: Places) -> Iterator[Session]:
    make_private(places.hub)
    silenced = logging.root.manager.disable
    logging.disable(logging.INFO)  # alembic tells whoever adds an account about its migrations
    try:
        factory = orm.new_session_factory(database_url(places))  # makes the hub's schema when it is missing
    finally:
        logging.disable(silenced)
    session = factory()
    try:
        yield session
    finally:
        engine = session.get_bind()
        session.close()
        engine.dispose()


def _read_accounts(file: Path) -> dict[str, str]:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {k: v for k, v in kept.items() if isinstance(v, str)} if isinstance(kept, dict) else {}


def _easy_password(random: Random) -> str:
    return "-".join("".join(random.choice(_EASY_LETTERS) for _ in range(4)) for _ in range(3))


@cache
def _nobodys_hash() -> bytes:
    return hash_password("không ai dùng mật khẩu này")


@cache
def _common_passwords() -> frozenset[str]:
    file = Path(native.__file__).with_name("common-credentials.txt")
    return frozenset(file.read_text(encoding="utf-8").split("\n"))
