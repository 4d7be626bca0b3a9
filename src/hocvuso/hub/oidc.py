"""Signing in at an OpenID Connect provider: authorization code, PKCE, state and nonce, and nothing kept of the tokens.

Groups are taken anew at each sign-in, so who has left a group there loses its right here. A user name belongs to the
first person of the provider who came with it: another one with the same name is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from jupyterhub.utils import url_path_join
from oauthenticator.generic import GenericOAuthenticator
from oauthenticator.oauth2 import (
    OAuthCallbackHandler,
    OAuthLoginHandler,
    _deserialize_state,
    _serialize_state,
)
from tornado.httpclient import HTTPClientError
from tornado.web import HTTPError
from traitlets import Instance, List, Unicode, default

from hocvuso.errors import PeopleError
from hocvuso.hub.accounts import SAMPLES, OurUsernames
from hocvuso.hub.logs import nobody
from hocvuso.hub.provider import (
    AWAY,
    EXPIRED,
    FORGED,
    NOT_ALLOWED,
    Provider,
    ProviderAwayError,
    ProviderError,
    entry_of,
)
from hocvuso.hub.provider_settings import ProviderSettings
from hocvuso.hub.refusals import refusal
from hocvuso.hub.sign_out import SignOut, in_background
from hocvuso.hub.tries import Tries
from hocvuso.language import N_
from hocvuso.rates import Limits

CANCELLED = N_(
    "Anh/chị chưa đăng nhập ở {provider}: hãy thử lại, hoặc hỏi người vận hành ở đơn vị của anh/chị."
)
_NO_ANSWER = 500  # from here on a status means that the provider, not the person, did something wrong


class ToProvider(OAuthLoginHandler):  # type: ignore[misc]  # oauthenticator is untyped for us
    """``/hub/oauth_login``: to the provider, with a state, a nonce and a PKCE challenge made for this one sign-in."""

    async def get(self) -> None:
        """Lead there; what is asked of the answer lies in a signed cookie of this browser."""
        with refusing():
            metadata = await self.authenticator.get_metadata()
        verifier, challenge = self._generate_pkce_params()
        state = {
            "state_id": self._generate_state_id(),
            "next_url": self._get_next_url(),
            "code_verifier": verifier,
            "nonce": secrets.token_urlsafe(32),
        }
        self.set_state_cookie(_serialize_state(state))
        asked = {
            "response_type": "code",
            "client_id": self.authenticator.client_id,
            "redirect_uri": self.authenticator.get_callback_url(self),
            "scope": " ".join(self.authenticator.scope),
            "state": state["state_id"],
            "nonce": state["nonce"],
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        self.redirect(_with_query(metadata.authorization_endpoint, asked))


class FromProvider(OAuthCallbackHandler):  # type: ignore[misc]  # oauthenticator is untyped for us
    """``/hub/oauth_callback``: the person comes back with a code; one that this browser did not ask for is refused."""

    def check_arguments(self) -> None:
        """The state is this browser's, the issuer ours, and there is a code. Nothing in the address is shown."""
        asked = (
            _deserialize_state(self.get_state_cookie()).get("state_id", "") if self.get_state_cookie() else ""
        )
        came = self.get_argument("state", "")
        if not asked or not hmac.compare_digest(asked.encode(), came.encode()):
            raise refusal(403, PeopleError(EXPIRED))
        provider = self.authenticator.provider
        if self.get_argument("iss", provider.settings.issuer) != provider.settings.issuer:
            raise refusal(403, provider.error(ProviderError, FORGED))
        if not self.get_argument("code", ""):
            raise refusal(403, provider.error(PeopleError, CANCELLED))

    async def get(self) -> None:
        """Sign in. What fails counts for the address that it came from."""
        with self.authenticator.tries.one(headers=self.request.headers) as attempt:
            try:
                self.check_arguments()
                user = await self.login_user()
            except HTTPError as refused:
                attempt.right = refused.status_code >= _NO_ANSWER
                raise
            if user is None:
                raise refusal(403, PeopleError(NOT_ALLOWED))
            attempt.right = True
        self.redirect(self._validate_next_url(self.get_next_url(user)) or self.settings["default_url"])

    async def auth_to_user(self, authenticated: dict[str, Any], user: Any = None) -> Any:
        """As the hub does; a JupyterLab that was opened with a right that is gone is stopped."""
        known = user or self.find_user(authenticated["name"])
        before = {group.name for group in known.groups} if known else set()
        signed_in = await super().auth_to_user(authenticated, user)
        if before != set(authenticated["groups"]):
            for name, spawner in list(signed_in.spawners.items()):
                if spawner.active and not spawner.pending:
                    in_background(self.stop_single_user(signed_in, name))
        return signed_in


class SignOutThere(SignOut):
    """``/hub/logout``: also at the provider, where the operator wants it and the provider can."""

    async def render_logout_page(self) -> None:
        """To the provider and back here, or only here. It gets to know no more than which system asks."""
        settings = self.authenticator.provider.settings
        if not (self.ended and settings.end_there):
            await super().render_logout_page()
            return
        try:
            there = (await self.authenticator.get_metadata()).end_session_endpoint
        except PeopleError:
            there = None
        if there is None:
            await super().render_logout_page()
            return
        back = settings.public_url + url_path_join(self.hub.base_url, "logout")
        self.redirect(_with_query(there, {"client_id": settings.client_id, "post_logout_redirect_uri": back}))


class ProviderAuthenticator(OurUsernames, GenericOAuthenticator):  # type: ignore[misc]  # oauthenticator is untyped for us
    """Believes a provider's signed word, checked by `Provider`; keeps no token and no claim but the name."""

    settings = Instance(ProviderSettings, config=True, help="The provider, and who may enter")
    limits = Instance(Limits, (), config=True, help="How often somebody may fail to sign in")
    trusted_proxies = List(Unicode(), config=True, help="Addresses whose X-Forwarded-For is believed")
    subjects_key = Unicode(config=True, help="Secret with which the provider's ids are hashed")
    login_handler, callback_handler, logout_handler = ToProvider, FromProvider, SignOutThere

    def __init__(self, **kwargs: Any) -> None:  # traitlets' and the hub's own arguments
        super().__init__(**kwargs)
        self.tries = Tries(self.limits, self.trusted_proxies)
        self.provider = Provider(self.settings, self._read)
        self.client_id, self.client_secret = self.settings.client_id, self.settings.secret()
        self.oauth_callback_url, self.scope = self.settings.callback, list(self.settings.scopes)
        self.login_service = self.settings.called

    @default("http_request_kwargs")
    def _no_detours(self) -> dict[str, Any]:
        return {"follow_redirects": False, "connect_timeout": 5, "request_timeout": 15}

    async def get_metadata(self) -> Any:
        """The provider's addresses; also what the base class asks for before it sends the code."""
        metadata = await self.provider.metadata()
        methods = metadata.token_endpoint_auth_methods_supported
        self.basic_auth = "client_secret_basic" in methods
        self.token_url = metadata.token_endpoint
        return metadata

    async def authenticate(self, handler: Any, data: object = None, **_: Any) -> dict[str, Any]:
        """Name and groups of whom the provider has signed in; HTTP 403 or 503 with a sentence when it is nobody."""
        if not isinstance(handler, FromProvider):  # somebody fills in a form that is not there
            raise refusal(403, PeopleError(EXPIRED))
        with refusing():
            metadata = await self.get_metadata()
            told = await self._redeem(handler, data)
            state = _deserialize_state(handler.get_state_cookie())
            claims = await self.provider.check(told.get("id_token"), nonce=state["nonce"])
            if not self.provider.says_enough(claims) and metadata.userinfo_endpoint:
                claims = self.provider.add(claims, await self._ask_userinfo(metadata.userinfo_endpoint, told))
            username, groups = entry_of(claims, self.settings)
            nobody.know(username)
            return {
                "name": username,
                "groups": groups,
                "user_info": {"subject": self._check_subject(handler, username, claims["sub"])},
            }

    async def check_allowed(self, username: str, auth_model: object) -> bool:
        """Decided in `authenticate`, from the claims; nobody else gets this far."""
        del username
        return auth_model is not None

    async def refresh_user(self, user: Any, handler: object = None, **_: Any) -> bool:
        """A session lives as long as its cookie; one of the demo's sample accounts not at all."""
        del handler
        return user.name not in SAMPLES

    async def _redeem(self, handler: Any, data: object) -> Mapping[str, Any]:
        """The tokens for the code in the address; what the provider refuses was used before, too late or not ours."""
        try:
            told = await self.get_token_info(handler, self.build_access_tokens_request_params(handler, data))
        except HTTPClientError as error:
            if error.code < _NO_ANSWER:
                raise ProviderError(EXPIRED) from error
            raise self.provider.error(ProviderAwayError, AWAY) from error
        except (OSError, ValueError, TypeError, HTTPError) as error:
            raise self.provider.error(ProviderAwayError, AWAY) from error
        return dict(told)

    async def _ask_userinfo(self, url: str, told: Mapping[str, Any]) -> Any:
        try:
            headers = {"Authorization": f"Bearer {told['access_token']}", "Accept": "application/json"}
            return await self.httpfetch(url, "asking who it is", headers=headers)
        except (HTTPClientError, OSError, ValueError) as error:
            raise self.provider.error(ProviderAwayError, AWAY) from error

    async def _read(self, url: str) -> Any:
        try:
            return await self.httpfetch(url, "reading a document of the provider")
        except (HTTPClientError, ValueError) as error:
            raise OSError(url) from error

    def _check_subject(self, handler: Any, username: str, subject: str) -> str:
        """The keyed hash of who this is there, kept beside the name; NOT_ALLOWED when the name is somebody else's."""
        who = f"{self.settings.issuer}\n{subject}".encode()
        tag = hmac.new(self.subjects_key.encode(), who, hashlib.sha256).hexdigest()
        known = handler.find_user(username)
        kept = (known.user_info or {}).get("subject", tag) if known else tag
        if not hmac.compare_digest(kept, tag):
            raise PeopleError(NOT_ALLOWED)
        return tag


@contextmanager
def refusing() -> Iterator[None]:
    """Turn our errors into the hub's refusals: 503 when the provider is away, else 403; the page says why."""
    try:
        yield
    except PeopleError as error:
        raise refusal(503 if isinstance(error, ProviderAwayError) else 403, error) from error


def _with_query(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
