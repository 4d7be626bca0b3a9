"""Failed sign-ins are few: per account, and per address that they come from."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from hocvuso.errors import PeopleError
from hocvuso.hub.refusals import refusal
from hocvuso.language import N_
from hocvuso.rates import Buckets, Limits


@dataclass(slots=True)
class Try:
    """One attempt to sign in."""

    right: bool = False
    """Set by who has seen that it is right: then it does not count."""


class Tries:
    """Counts attempts when they begin, so that many at once are no way around, and forgets those that were right."""

    def __init__(self, limits: Limits, trusted: Collection[str]) -> None:
        self._accounts, self._addresses = Buckets(limits.account), Buckets(limits.address)
        self._trusted = frozenset(map(_plain, trusted))

    @contextmanager
    def one(self, account: str = "", headers: Mapping[str, str] | None = None) -> Iterator[Try]:
        """One attempt at ``account``, from where its ``headers`` say; 429 when there were too many failed ones."""
        address = address_of((headers or {}).get("X-Forwarded-For", ""), self._trusted)
        asked = [
            (buckets, key) for buckets, key in ((self._accounts, account), (self._addresses, address)) if key
        ]
        taken: list[tuple[Buckets, str]] = []
        attempt = Try()
        try:
            for buckets, key in asked:
                if wait := buckets.take(key):
                    attempt.right = True  # whoever is turned away did not try
                    raise refusal(429, _too_often(wait), retry_after=wait)
                taken.append((buckets, key))
            yield attempt
        finally:
            for buckets, key in taken if attempt.right else ():
                buckets.give_back(key)


def address_of(forwarded: str, trusted: Collection[str]) -> str:
    """Of an ``X-Forwarded-For``, the last address that is none of our own proxies; empty when there is none.

    Only our proxies have written what stands behind it; before it a browser may have written anything. Of IPv6 it
    is the network (/64) that one customer is given.
    """
    for hop in reversed(forwarded.split(",")):
        address = _plain(hop)
        if address and address not in trusted:
            return _network(address)
    return ""


def _plain(address: str) -> str:
    """The one form of an address; empty when it is none."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def _network(address: str) -> str:
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


def _too_often(seconds: int) -> PeopleError:
    return PeopleError(
        N_("Đăng nhập sai quá nhiều lần: hãy đợi {seconds} giây rồi thử lại."), seconds=seconds
    )
