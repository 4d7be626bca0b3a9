"""What an operator may decide about the hub, and the free ports that it then takes."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from hocvuso.errors import SetupError
from hocvuso.kernels.settings import KernelSettings
from hocvuso.language import N_
from hocvuso.rates import Limits

SERVICE = "hoc"
SITE_PATH = f"/services/{SERVICE}/"
SITE_MAY_READ = ("read:users:groups!user",)
"""What the site is told of who is signed in: their name and groups. It can do nothing on a learner's behalf."""
SITE_COMMAND = (sys.executable, "-m", "hocvuso.site")
LOOPBACK = ("127.0.0.1", "::1")
_PORTS = 65536
_SHORTEST_TOKEN = 32
_MOST_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """One hub: where people reach it, and the inner ports on 127.0.0.1 (0: chosen when it starts)."""

    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    https: bool = False
    """Whether people reach the hub through a proxy that speaks HTTPS; cookies are then sent over it only."""
    hub_port: int = 0
    proxy_port: int = 0
    site_port: int = 0
    site_command: tuple[str, ...] = SITE_COMMAND
    site_token_file: Path | None = None
    """Where hub and site read the token that they know each other by, when the site is started beside the hub (as
    another system user). Their inner ports then follow the public one, so that each knows the other's."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of the proxies before ours, whose ``X-Forwarded-For`` is believed."""
    session_days: int = 0
    """How long a sign-in holds; 0: two weeks with accounts of our own, a day with a provider's."""
    limits: Limits = field(default_factory=Limits)
    """How often somebody may sign in, save and hand in."""
    kernels: KernelSettings = field(default_factory=KernelSettings)
    """The kernels of live examples."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Self:
        """The settings in the variables ``HOCVUSO_…``; docs/operators.md says what each means."""
        port, token_file = env.get("HOCVUSO_PORT") or "8000", env.get("HOCVUSO_SITE_TOKEN_FILE")
        if not port.isdecimal() or not 0 < int(port) < _PORTS:
            raise SetupError(
                N_("HOCVUSO_PORT phải là số cổng từ 1 đến 65535, không phải “{port}”."), port=port
            )
        https = env.get("HOCVUSO_HTTPS") == "1"
        return cls(
            host=env.get("HOCVUSO_HOST") or "127.0.0.1",
            port=int(port),
            demo=env.get("HOCVUSO_DEMO") == "1",
            https=https,
            site_token_file=Path(token_file) if token_file else None,
            trusted_proxies=_proxies(env.get("HOCVUSO_TRUSTED_PROXIES"), behind_one=https),
            session_days=_days(env.get("HOCVUSO_SESSION_DAYS") or "0"),
            limits=Limits.from_environment(env),
            kernels=KernelSettings.from_environment(env),
        )

    def environment(self) -> dict[str, str]:
        """The variables that `from_environment` reads back."""
        return {
            "HOCVUSO_HOST": self.host,
            "HOCVUSO_PORT": str(self.port),
            "HOCVUSO_DEMO": "1" if self.demo else "0",
            "HOCVUSO_HTTPS": "1" if self.https else "0",
            "HOCVUSO_SITE_TOKEN_FILE": str(self.site_token_file or ""),
            "HOCVUSO_TRUSTED_PROXIES": ",".join(self.trusted_proxies) or "-",
            "HOCVUSO_SESSION_DAYS": str(self.session_days),
            **self.limits.environment(),
            **self.kernels.environment(),
        }

    def site_token(self) -> str:
        """The token in ``site_token_file``; SetupError when it can't be read or is none."""
        assert self.site_token_file is not None  # noqa: S101  (asked only where the site is beside the hub)
        try:
            token = self.site_token_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            token = ""
        if len(token) < _SHORTEST_TOKEN:
            raise SetupError(
                N_(
                    "Không đọc được mã chung của máy chủ và trang học trong {path}: xem docs/installation.md."
                ),
                path=self.site_token_file,
            )
        return token

    @property
    def cookie_options(self) -> dict[str, object]:
        """How cookies of hub and site are set."""
        return {"SameSite": "Lax"} | ({"secure": True} if self.https else {})

    @property
    def url(self) -> str:
        """The address that a person types, when no proxy stands before us."""
        return f"http://{self.host}:{self.port}"

    def with_free_ports(self) -> Self:
        """The same settings with every port 0 replaced by one that is free now, near the public one.

        With the site beside the hub they are the three after the public one, free or not.
        """
        beside = self.site_token_file is not None
        free = iter(range(self.port + 1, self.port + 4) if beside else _free_ports_after(self.port))
        return replace(
            self,
            hub_port=self.hub_port or next(free),
            proxy_port=self.proxy_port or next(free),
            site_port=self.site_port or next(free),
        )


def is_free(host: str, port: int) -> bool:
    """Whether ``port`` can be listened on now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def site_environment(root: os.PathLike[str], settings: HubSettings) -> dict[str, str]:
    """What the site's process is told beside what the hub tells every service."""
    course = {"HOCVUSO_ROOT": os.fspath(root), "PYTHONUNBUFFERED": "1"}
    return course | settings.limits.environment() | settings.kernels.environment()


def _days(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= _MOST_DAYS:
        raise SetupError(
            N_("HOCVUSO_SESSION_DAYS phải là số ngày từ 1 đến {most}, không phải “{days}”."),
            most=_MOST_DAYS,
            days=text,
        )
    return int(text)


def _proxies(text: str | None, *, behind_one: bool) -> tuple[str, ...]:
    """The addresses in ``text``, none for ``-``; unsaid, this machine's own when people come through a proxy."""
    if not text:
        return LOOPBACK if behind_one else ()
    found = tuple(address.strip() for address in text.split(",")) if text != "-" else ()
    for address in found:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise SetupError(
                N_(
                    "HOCVUSO_TRUSTED_PROXIES: “{address}” không phải địa chỉ IP. Hãy ghi địa chỉ các máy proxy, "
                    "cách nhau bằng dấu phẩy, ví dụ 127.0.0.1,10.0.0.2."
                ),
                address=address,
            ) from None
    return found


def _free_ports_after(port: int) -> tuple[int, int, int]:
    found = [p for p in range(port + 1, min(port + 200, _PORTS)) if is_free("127.0.0.1", p)][:3]
    if len(found) < 3:  # noqa: PLR2004  (hub, proxy, site)
        raise SetupError(N_("Không còn đủ cổng trống sau cổng {port}: hãy chọn cổng khác."), port=port)
    return found[0], found[1], found[2]
