"""An OpenID Connect provider as we know it: its addresses, its keys, and what of its word we believe.

oauthenticator takes an id token as it comes, because it came over TLS; here its signature, issuer, audience, time and
nonce are checked (OpenID Connect Core 1.0, 3.1.3.7), and userinfo only counts when it is about the same person (5.3.2).
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hocvuso.errors import PeopleError
from hocvuso.hub.accounts import OPERATORS, SAMPLES, TRAINERS, check_username
from hocvuso.hub.provider_settings import ProviderSettings, is_safe
from hocvuso.language import N_, nfc

KEPT_SECONDS = 3600.0
SOONEST_SECONDS = 10.0  # between two looks at the keys, whatever tokens name
LEEWAY_SECONDS = 60
ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
"""Of public keys only: with a shared secret everybody who knows it could make tokens; ``none`` needs no key."""

AWAY = N_("Chưa liên hệ được với {provider}: hãy thử lại sau ít phút; nếu vẫn lỗi, hãy báo người vận hành.")
FORGED = N_(
    "Thông tin đăng nhập từ {provider} không đúng: hãy đăng nhập lại; nếu vẫn lỗi, hãy báo người vận hành."
)
EXPIRED = N_("Lượt đăng nhập này đã hết hạn hoặc đã dùng rồi: hãy đăng nhập lại.")
NOT_ALLOWED = N_("Tài khoản này chưa được phép vào Học vụ số. Hãy hỏi người vận hành ở đơn vị của anh/chị.")
NO_NAME = N_(
    "Tài khoản ở {provider} không có tên dùng được ở đây (mục “{claim}”). Hãy báo người vận hành ở đơn vị của anh/chị."
)


class ProviderAwayError(PeopleError):
    """The provider does not answer, or not as a provider answers."""


class ProviderError(PeopleError):
    """What came from the provider, or from who pretends to be it, is not to be believed."""


class Metadata(BaseModel):
    """Of a provider's discovery document what we use."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = Field(default=("client_secret_basic",))

    def addresses(self) -> list[str]:
        """All that we might send something to."""
        found = [self.authorization_endpoint, self.token_endpoint, self.jwks_uri]
        return [*found, *filter(None, (self.userinfo_endpoint, self.end_session_endpoint))]


class Provider:
    """Reads a provider's documents with ``fetch(url)`` (parsed JSON, OSError when it can't) and keeps them an hour."""

    def __init__(
        self,
        settings: ProviderSettings,
        fetch: Callable[[str], Awaitable[Any]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings, self._fetch, self._clock = settings, fetch, clock
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, jwt.PyJWKSet] | None = None

    async def metadata(self) -> Metadata:
        """The provider's addresses; ProviderAwayError when it does not answer, or answers for another issuer."""
        if self._metadata and self._clock() - self._metadata[0] < KEPT_SECONDS:
            return self._metadata[1]
        url = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            found = Metadata.model_validate(await self._fetch(url))
        except (OSError, ValidationError) as error:
            raise self.error(ProviderAwayError, AWAY) from error
        if found.issuer != self.settings.issuer or not all(map(is_safe, found.addresses())):
            raise self.error(ProviderAwayError, AWAY)
        self._metadata = (self._clock(), found)
        return found

    async def check(self, token: object, *, nonce: str) -> dict[str, Any]:
        """The claims of an id token that the provider made for us, for this sign-in, just now; else ProviderError."""
        try:
            key = await self._key(jwt.get_unverified_header(str(token)).get("kid"))
            claims: dict[str, Any] = jwt.decode(
                str(token),
                key.key,
                algorithms=ALGORITHMS.get(key.key_type or "", ()),
                audience=self.settings.client_id,
                issuer=self.settings.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise ProviderError(EXPIRED) from error
        except jwt.PyJWTError as error:
            raise self.error(ProviderError, FORGED) from error
        party = claims.get("azp", self.settings.client_id)
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise self.error(ProviderError, FORGED)
        if party != self.settings.client_id or ("azp" not in claims and _several(claims["aud"])):
            raise self.error(ProviderError, FORGED)
        return claims

    def add(self, claims: Mapping[str, Any], userinfo: object) -> dict[str, Any]:
        """``claims`` and what ``userinfo`` says beside them; ProviderError when it is about somebody else."""
        if not isinstance(userinfo, dict) or userinfo.get("sub") != claims["sub"]:
            raise self.error(ProviderError, FORGED)
        return userinfo | dict(claims)

    def says_enough(self, claims: Mapping[str, Any]) -> bool:
        """Whether name and groups are among ``claims``."""
        return None not in (
            _find(claims, self.settings.username_claim),
            _find(claims, self.settings.groups_claim),
        )

    def error(self, kind: type[PeopleError], message: str, **fields: object) -> PeopleError:
        """An error that names the provider."""
        return kind(message, provider=self.settings.called, **fields)

    async def _key(self, kid: str | None) -> jwt.PyJWK:
        keys = await self._read_keys(older_than=KEPT_SECONDS)
        found = _choose(keys, kid)
        if found is None:  # perhaps a new one
            found = _choose(await self._read_keys(older_than=SOONEST_SECONDS), kid)
        if found is None:
            raise self.error(ProviderError, FORGED)
        return found

    async def _read_keys(self, *, older_than: float) -> jwt.PyJWKSet:
        if self._keys and self._clock() - self._keys[0] < older_than:
            return self._keys[1]
        try:
            found = jwt.PyJWKSet.from_dict(await self._fetch((await self.metadata()).jwks_uri))
        except (OSError, TypeError, AttributeError, jwt.PyJWTError) as error:
            raise self.error(ProviderAwayError, AWAY) from error
        self._keys = (self._clock(), found)
        return found


def entry_of(claims: Mapping[str, Any], settings: ProviderSettings) -> tuple[str, list[str]]:
    """User name and groups here of whom ``claims`` are about; PeopleError when they may not enter."""
    name = _find(claims, settings.username_claim)
    try:
        username = check_username(name if isinstance(name, str) else "")
    except PeopleError as error:
        raise PeopleError(NO_NAME, provider=settings.called, claim=settings.username_claim) from error
    groups = _texts(_find(claims, settings.groups_claim))
    ours = [
        here
        for here, there in ((OPERATORS, settings.operators), (TRAINERS, settings.trainers))
        if groups & set(there)
    ]
    allowed = bool(ours) or bool(groups & set(settings.learners)) or username in settings.listed()
    if not allowed or username in SAMPLES:
        raise PeopleError(NOT_ALLOWED)
    return username, ours


def _choose(keys: jwt.PyJWKSet, kid: str | None) -> jwt.PyJWK | None:
    signing = [key for key in keys.keys if key.public_key_use in {None, "sig"}]
    fitting = [key for key in signing if key.key_id == kid] if kid else signing
    return fitting[0] if len(fitting) == 1 else None


def _find(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of that name; of ``a.b`` also the b inside a."""
    if name in claims:
        return claims[name]
    outer, _, inner = name.partition(".")
    return _find(claims[outer], inner) if inner and isinstance(claims.get(outer), dict) else None


def _texts(value: object) -> set[str]:
    values = value if isinstance(value, list) else [value]
    return {nfc(text) for text in values if isinstance(text, str)}


def _several(audience: object) -> bool:
    return isinstance(audience, list) and len(audience) > 1
