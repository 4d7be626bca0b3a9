"""What is believed of a provider's word, and who may enter by it."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hocvuso.errors import PeopleError
from hocvuso.hub.provider import Provider, ProviderAwayError, ProviderError, entry_of
from hocvuso.hub.provider_settings import BadSettingsError, ProviderSettings

ISSUER = "https://danh-tinh.example"
KEY, OTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
CURVE = ec.generate_private_key(ec.SECP256R1())


def as_jwk(key: Any, kid: str, **more: str) -> dict[str, Any]:
    kind = (
        jwt.algorithms.ECAlgorithm
        if isinstance(key, ec.EllipticCurvePrivateKey)
        else jwt.algorithms.RSAAlgorithm
    )
    return json.loads(kind.to_jwk(key.public_key())) | {"kid": kid, "use": "sig"} | more


DISCOVERY = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
}
DOCUMENTS = {
    f"{ISSUER}/.well-known/openid-configuration": DISCOVERY,
    f"{ISSUER}/jwks": {"keys": [as_jwk(KEY, "một"), as_jwk(CURVE, "hai")]},
}


def settings(**changes: Any) -> ProviderSettings:
    given = {"issuer": ISSUER, "client_id": "hoc", "secret_file": Path("/x"), "public_url": "https://hoc.example",
             "learners": ("cán bộ",), "trainers": ("giáo viên",), "operators": ("quản trị",)}  # fmt: skip
    return ProviderSettings(**given | changes)


class Documents:
    """The provider's documents, and how often they were read."""

    def __init__(self, **changes: Any) -> None:
        self.found = DOCUMENTS | changes
        self.read: list[str] = []
        self.now = 0.0

    async def fetch(self, url: str) -> Any:
        self.read.append(url)
        if url not in self.found:
            raise OSError(url)
        return self.found[url]

    def provider(self) -> Provider:
        return Provider(settings(), self.fetch, clock=lambda: self.now)


def token(key: Any = KEY, alg: str = "RS256", kid: str | None = "một", **changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "an", "aud": "hoc", "iat": now, "exp": now + 60, "nonce": "n"} | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key, algorithm=alg, headers={"kid": kid} if kid else None)


def check(text: object, documents: Documents | None = None) -> dict[str, Any]:
    return asyncio.run((documents or Documents()).provider().check(text, nonce="n"))


@pytest.mark.parametrize(
    ("key", "alg", "kid"), [(KEY, "RS256", "một"), (KEY, "PS512", "một"), (CURVE, "ES256", "hai")]
)
def test_a_good_token_is_believed(key: Any, alg: str, kid: str) -> None:
    """RSA and elliptic curves, each with the key that the token names."""
    assert check(token(key, alg, kid))["sub"] == "an"


def unsigned(header: dict[str, Any]) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "an", "aud": "hoc", "iat": now, "exp": now + 60, "nonce": "n"}
    parts = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)
    )
    return ".".join([*parts, ""])


def confused() -> str:
    """Signed with the public key as if it were a shared secret."""
    import hashlib
    import hmac

    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = unsigned({"alg": "HS256", "kid": "một"}).rstrip(".")
    mac = hmac.new(public, head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


@pytest.mark.parametrize(
    "make",  # made when the test runs: a token lasts a minute
    [
        lambda: token(OTHER),
        lambda: token(kid="ba"),
        lambda: token(kid=None),  # two keys: which one is meant is not guessed
        lambda: token(CURVE, "ES256", "một"),
        lambda: token(aud="khác"),
        lambda: token(aud=["hoc", "khác"]),
        lambda: token(aud=["hoc", "khác"], azp="khác"),
        lambda: token(azp="khác"),
        lambda: token(aud=None),
        lambda: token(iss="https://khac.example"),
        lambda: token(iss=ISSUER + "/"),
        lambda: token(iss=None),
        lambda: token(sub=None),
        lambda: token(exp=None),
        lambda: token(iat=None),
        lambda: token(nonce="khác"),
        lambda: token(nonce=None),
        lambda: token(nbf=int(time.time()) + 3600),
        lambda: unsigned({"alg": "none"}),
        lambda: unsigned({"alg": "none", "kid": "một"}),
        confused,
        lambda: token()[:-8] + "AAAAAAAA",
        lambda: "",
        lambda: "a.b.c",
        lambda: None,
        lambda: {"sub": "an"},
    ],
)
def test_a_token_that_is_not_for_us_is_not_believed(make: Callable[[], object]) -> None:
    """Other keys, other algorithms, another issuer, audience, person or sign-in, parts that are missing, and junk."""
    with pytest.raises(ProviderError, match="không đúng"):
        check(make())


def test_an_old_token_is_not_believed() -> None:
    """What has expired says so."""
    with pytest.raises(ProviderError, match="hết hạn"):
        check(token(exp=int(time.time()) - 120))


def test_a_new_key_is_found_and_a_flood_of_unknown_ones_is_not_looked_for() -> None:
    """Keys are read again when a token names another one, but not more often than every ten seconds."""
    documents = Documents()
    provider = documents.provider()

    async def play() -> None:
        await provider.check(token(), nonce="n")
        documents.found = documents.found | {f"{ISSUER}/jwks": {"keys": [as_jwk(OTHER, "mới")]}}
        for _ in range(5):
            with pytest.raises(ProviderError):
                await provider.check(token(OTHER, kid="mới"), nonce="n")
        documents.now = 11
        await provider.check(token(OTHER, kid="mới"), nonce="n")

    asyncio.run(play())
    assert documents.read.count(f"{ISSUER}/jwks") == 2


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://khac.example"},
        {"token_endpoint": "http://danh-tinh.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": "http://10.0.0.1/"},
        {"authorization_endpoint": None},
    ],
)
def test_a_provider_that_speaks_for_another_is_not_used(discovery: dict[str, Any]) -> None:
    """Its document names itself, and addresses that nobody can read along."""
    url = f"{ISSUER}/.well-known/openid-configuration"
    with pytest.raises(ProviderAwayError):
        asyncio.run(Documents(**{url: DISCOVERY | discovery}).provider().metadata())


def test_a_provider_that_does_not_answer() -> None:
    """Said as such, and the next sign-in asks again."""
    documents = Documents()
    there, documents.found = documents.found, {}
    provider = documents.provider()
    with pytest.raises(ProviderAwayError, match=r"danh-tinh\.example"):
        asyncio.run(provider.metadata())
    documents.found = there
    assert asyncio.run(provider.metadata()).issuer == ISSUER


@pytest.mark.parametrize("userinfo", [{"sub": "bình"}, {}, [], None])
def test_userinfo_about_somebody_else_is_not_used(userinfo: object) -> None:
    """It counts only with the token's own ``sub``, and overrides nothing that was signed."""
    provider = Documents().provider()
    with pytest.raises(ProviderError):
        provider.add({"sub": "an"}, userinfo)
    assert provider.add({"sub": "an", "groups": ["a"]}, {"sub": "an", "groups": ["b"], "x": 1}) == {
        "sub": "an",
        "groups": ["a"],
        "x": 1,
    }


@pytest.mark.parametrize(
    ("groups", "ours"),
    [
        (["cán bộ"], []),
        (["ca\u0301n bộ", "giáo viên"], ["trainers"]),
        (["quản trị", "giáo viên"], ["operators", "trainers"]),
        ("cán bộ", []),
    ],
)
def test_groups_there_are_rights_here(groups: object, ours: list[str]) -> None:
    """Each named group gives its right and no other; in whichever Unicode form it comes."""
    assert entry_of({"sub": "An", "groups": groups}, settings()) == ("an", ours)


@pytest.mark.parametrize(
    "groups", [None, [], ["khác"], "trainers", [["cán bộ"]], {"cán bộ": True}, 7, ["Cán bộ "]]
)
def test_who_is_in_no_named_group_stays_out(groups: object) -> None:
    """Default is no; our own groups' names mean nothing there."""
    with pytest.raises(PeopleError, match="chưa được phép"):
        entry_of({"sub": "an", "groups": groups}, settings())


def test_groups_may_lie_deeper() -> None:
    """``realm_access.roles``, as some providers nest them; a claim with a dot in its name comes first."""
    deeper = settings(groups_claim="a.b")
    assert entry_of({"sub": "an", "a": {"b": ["cán bộ"]}}, deeper) == ("an", [])
    assert entry_of({"sub": "an", "a.b": ["giáo viên"], "a": {"b": ["quản trị"]}}, deeper) == (
        "an",
        ["trainers"],
    )


@pytest.mark.parametrize("name", [None, "", "a b", "../a", "a/b", "hai\nba", 7, ["an"], "a" * 200])
def test_a_claim_that_is_no_name_is_refused_in_words(name: object) -> None:
    """The sentence names the claim, so that an operator can choose another."""
    with pytest.raises(PeopleError, match="“sub”"):
        entry_of({"sub": name, "groups": ["cán bộ"]}, settings())


def test_sample_names_are_nobodys() -> None:
    """The demo's names sign nobody in."""
    with pytest.raises(PeopleError, match="chưa được phép"):
        entry_of({"sub": "vanhanh", "groups": ["quản trị"]}, settings())


def test_a_list_of_people_lets_them_in_without_groups(tmp_path: Path) -> None:
    """Read at each sign-in; while it can't be read it lets nobody in."""
    people = tmp_path / "a.csv"
    people.write_text("learner,full_name,unit\nAn.Nguyen,Nguyễn An,Phòng 1\n", encoding="utf-8")
    listed = settings(people_file=people)
    assert entry_of({"sub": "an.nguyen"}, listed) == ("an.nguyen", [])
    people.write_text("learner\n", encoding="utf-8")
    with pytest.raises(PeopleError, match="chưa được phép"):
        entry_of({"sub": "an.nguyen"}, listed)


# ---- settings


def environment(tmp_path: Path, **changes: str) -> dict[str, str]:
    secret = tmp_path / "khoa"
    secret.write_text("bí mật\n", encoding="utf-8")
    given = {
        "ISSUER": ISSUER,
        "CLIENT_ID": "hoc",
        "SECRET_FILE": str(secret),
        "LEARNERS": "cán bộ, giáo viên",
    } | changes
    named = {f"HOCVUSO_OIDC_{name}": value for name, value in (given | changes).items() if value}
    return {"HOCVUSO_PUBLIC_URL": "https://hoc.example/"} | named


def test_settings_of_a_provider(tmp_path: Path) -> None:
    """Four variables and the public address are enough; without any there is no provider."""
    read = ProviderSettings.from_environment(environment(tmp_path))
    assert read is not None
    assert (read.learners, read.scopes, read.username_claim) == (
        ("cán bộ", "giáo viên"),
        ("openid", "profile"),
        "sub",
    )
    assert (read.secret(), read.callback) == ("bí mật", "https://hoc.example/hub/oauth_callback")
    assert "bí mật" not in repr(read)
    assert ProviderSettings.from_environment({"HOCVUSO_OIDC_ISSUER": " "}) is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ISSUER": ""}, {"HOCVUSO_OIDC_CLIENT_ID", "HOCVUSO_OIDC_SECRET_FILE", "HOCVUSO_OIDC_LEARNERS"}),
        ({"ISSUER": "http://danh-tinh.example"}, {"HOCVUSO_OIDC_ISSUER"}),
        ({"ISSUER": "https://["}, {"HOCVUSO_OIDC_ISSUER"}),
        ({"CLIENT_ID": "", "SECRET_FILE": ""}, {"HOCVUSO_OIDC_CLIENT_ID", "HOCVUSO_OIDC_SECRET_FILE"}),
        ({"SECRET_FILE": "/khong/co"}, {"HOCVUSO_OIDC_SECRET_FILE"}),
        ({"LEARNERS": ""}, {"HOCVUSO_OIDC_LEARNERS"}),
        ({"LEARNERS": "", "PEOPLE": "/khong/co"}, {"HOCVUSO_OIDC_PEOPLE"}),
        ({"END_THERE": "có"}, {"HOCVUSO_OIDC_END_THERE"}),
    ],
)
def test_every_mistake_is_told_at_once(tmp_path: Path, changes: dict[str, str], named: set[str]) -> None:
    """One line for each, with the variable's name; the same in English."""
    with pytest.raises(BadSettingsError) as told:
        ProviderSettings.from_environment(environment(tmp_path, **changes))
    for lang in ("vi", "en"):
        lines = told.value.tell(lang).splitlines()[1:]
        assert {line.strip().partition(":")[0] for line in lines} == named
