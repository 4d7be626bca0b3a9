"""What an operator writes down to let people sign in at an OpenID Connect provider in the place of our accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from hocvuso.errors import PeopleError, SetupError
from hocvuso.language import N_, get_language

PREFIX = "HOCVUSO_OIDC_"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MISSING = N_("{variable}: còn thiếu; hãy ghi giá trị mà nhà cung cấp đã cấp cho hệ thống này.")
_ADDRESS = N_("{variable}: phải là một địa chỉ bắt đầu bằng https://, không phải “{value}”.")
_SECRET = N_(
    "{variable}: không đọc được khóa bí mật trong tệp “{value}”; hãy ghi khóa vào tệp chỉ máy chủ đọc được."
)
_PEOPLE = N_(
    "{variable}: không đọc được danh sách người học “{value}”; đó là tệp CSV như của lệnh hocvuso people."
)
_NOBODY = N_(
    "{variable}: chưa ai được vào; hãy ghi nhóm người học (các nhóm cách nhau bằng dấu phẩy) hoặc {other}."
)
_ISSUER = N_("{variable}: chỉ có nghĩa khi có {other}; hãy thêm biến đó hoặc bỏ biến này.")
_YES_NO = N_("{variable}: chỉ nhận 1 hoặc 0, không nhận “{value}”.")


class BadSettingsError(SetupError):
    """Settings of a provider with mistakes: all of them, each naming its variable."""

    def __init__(self, mistakes: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        super().__init__(N_("Chưa dùng được nhà cung cấp đăng nhập (xem docs/operators.md):"))
        self.mistakes = tuple(mistakes)

    def tell(self, lang: str = "vi") -> str:
        """The sentence, then one line per mistake."""
        say = get_language(lang)
        return "\n  ".join(
            [super().tell(lang), *(say(message, **fields) for message, fields in self.mistakes)]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One provider, and who of its people may do what here. Nobody may enter who is not named."""

    issuer: str
    client_id: str
    secret_file: Path
    public_url: str
    """Where people reach the hub; the provider sends them back there."""
    name: str = ""
    """What the button to sign in calls the provider; its host's name when empty."""
    scopes: tuple[str, ...] = ("openid", "profile")
    username_claim: str = "sub"
    """The standard promises of no other claim that it never passes to somebody else."""
    groups_claim: str = "groups"
    learners: tuple[str, ...] = ()
    trainers: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    people_file: Path | None = None
    """A list of people (as for ``hocvuso people``) who may enter without any group; read at each sign-in."""
    end_there: bool = False
    """Whether signing out here leads to signing out at the provider."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Self | None:
        """The settings in ``HOCVUSO_OIDC_…``, None when there are none; BadSettingsError names all mistakes."""
        given = {name.removeprefix(PREFIX): env[name].strip() for name in env if name.startswith(PREFIX)}
        given = {name: value for name, value in given.items() if value}
        if not given:
            return None
        mistakes = list(_mistakes(given, env.get("HOCVUSO_PUBLIC_URL", "")))
        if mistakes:
            raise BadSettingsError(mistakes)
        people = given.get("PEOPLE")
        return cls(
            issuer=given["ISSUER"],
            client_id=given["CLIENT_ID"],
            secret_file=Path(given["SECRET_FILE"]),
            public_url=env["HOCVUSO_PUBLIC_URL"].rstrip("/"),
            name=given.get("NAME", ""),
            scopes=tuple(dict.fromkeys(["openid", *given.get("SCOPES", "profile").split()])),
            username_claim=given.get("USERNAME_CLAIM", "sub"),
            groups_claim=given.get("GROUPS_CLAIM", "groups"),
            learners=_list(given.get("LEARNERS")),
            trainers=_list(given.get("TRAINERS")),
            operators=_list(given.get("OPERATORS")),
            people_file=Path(people) if people else None,
            end_there=given.get("END_THERE") == "1",
        )

    @property
    def called(self) -> str:
        """The provider's name for people."""
        return self.name or urlsplit(self.issuer).hostname or self.issuer

    @property
    def callback(self) -> str:
        """Where the provider sends people back; it must know this address exactly."""
        return f"{self.public_url}/hub/oauth_callback"

    def secret(self) -> str:
        """What we prove ourselves by, from its file."""
        return _read_secret(self.secret_file)

    def listed(self) -> frozenset[str]:
        """The user names in ``people_file``; none while it can't be read."""
        return _read_names(self.people_file) if self.people_file else frozenset()


def _mistakes(given: Mapping[str, str], public_url: str) -> list[tuple[str, Mapping[str, str]]]:
    if "ISSUER" not in given:
        return [(_ISSUER, {"variable": PREFIX + name, "other": PREFIX + "ISSUER"}) for name in sorted(given)]
    found: list[tuple[str, Mapping[str, str]]] = []
    for variable, value in ((PREFIX + "ISSUER", given["ISSUER"]), ("HOCVUSO_PUBLIC_URL", public_url)):
        if not is_safe(value):
            found.append((_ADDRESS, {"variable": variable, "value": value}))
    if "CLIENT_ID" not in given:
        found.append((_MISSING, {"variable": PREFIX + "CLIENT_ID"}))
    secret = given.get("SECRET_FILE", "")
    if not _read_secret(Path(secret)):
        found.append((_SECRET, {"variable": PREFIX + "SECRET_FILE", "value": secret}))
    people = given.get("PEOPLE", "")
    if people and not _read_names(Path(people)):
        found.append((_PEOPLE, {"variable": PREFIX + "PEOPLE", "value": people}))
    if not people and not any(_list(given.get(role)) for role in ("LEARNERS", "TRAINERS", "OPERATORS")):
        found.append((_NOBODY, {"variable": PREFIX + "LEARNERS", "other": PREFIX + "PEOPLE"}))
    if given.get("END_THERE", "0") not in {"0", "1"}:
        found.append((_YES_NO, {"variable": PREFIX + "END_THERE", "value": given["END_THERE"]}))
    return found


def is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what is sent to ``address``."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        )
    except ValueError:
        return False


def _read_secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _read_names(path: Path) -> frozenset[str]:
    from hocvuso.hub.accounts import normal_username
    from hocvuso.records.people import read_people  # brings a database along

    try:
        return frozenset(normal_username(person.learner) for person in read_people(path))
    except PeopleError:
        return frozenset()


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())
