"""Failed sign-ins are few, whatever a browser says about itself."""

from __future__ import annotations

import pytest
from tornado.web import HTTPError

from hocvuso.hub.tries import Tries, address_of
from hocvuso.rates import Limits, Rate

LIMITS = Limits(account=Rate(2, 60), address=Rate(4, 60))


def came_from(*forwarded: str) -> dict[str, str]:
    return {"X-Forwarded-For": ", ".join(forwarded)}


def tries(tries: Tries, account: str, *forwarded: str, right: bool = False) -> int:
    """Try once; the status that came of it."""
    try:
        with tries.one(account, came_from(*forwarded)) as attempt:
            attempt.right = right
    except HTTPError as refused:
        assert int(refused.headers["Retry-After"]) > 0
        assert "đợi" in refused.jupyterhub_message
        assert "wait" in refused.jupyterhub_message.tell("en")
        return refused.status_code
    return 200


def test_an_account_is_tried_a_few_times_from_everywhere() -> None:
    """Another address is no way around, another account is not hindered."""
    kept = Tries(LIMITS, ())
    assert [tries(kept, "an", f"192.0.2.{n}") for n in range(3)] == [200, 200, 429]
    assert tries(kept, "bình", "192.0.2.9") == 200


def test_an_address_tries_a_few_accounts() -> None:
    """Who tries one password on many names is stopped too."""
    kept = Tries(LIMITS, ())
    assert [tries(kept, f"người{n}", "192.0.2.1") for n in range(5)] == [200] * 4 + [429]
    assert tries(kept, "an", "192.0.2.2") == 200


def test_what_was_right_does_not_count() -> None:
    """A whole office signs in from one address."""
    kept = Tries(LIMITS, ())
    assert {tries(kept, f"người{n}", "192.0.2.1", right=True) for n in range(50)} == {200}


def test_being_turned_away_costs_the_address_nothing() -> None:
    """Hammering one blocked account leaves the others at that address their tries."""
    kept = Tries(LIMITS, ())
    for _ in range(50):
        tries(kept, "an", "192.0.2.1")
    assert [tries(kept, name, "192.0.2.1") for name in ("bình", "chi", "dung")] == [200, 200, 429]


def test_many_at_once_are_no_way_around() -> None:
    """An attempt counts from its beginning, not only when it has failed."""
    kept = Tries(LIMITS, ())
    with kept.one("an"), kept.one("an"), pytest.raises(HTTPError), kept.one("an"):
        pass


@pytest.mark.parametrize(
    ("forwarded", "trusted", "address"),
    [
        ("192.0.2.1", (), "192.0.2.1"),
        ("9.9.9.9, 192.0.2.1", (), "192.0.2.1"),  # what a browser wrote itself stands before
        ("9.9.9.9, 192.0.2.1, 127.0.0.1", ("127.0.0.1",), "192.0.2.1"),
        ("9.9.9.9, 192.0.2.1, ::ffff:127.0.0.1", ("127.0.0.1",), "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", (), "2001:db8:1:2::/64"),
        ("", (), ""),
        ("unknown, ' OR 1=1", (), ""),
        ("127.0.0.1", ("127.0.0.1",), ""),
    ],
)
def test_which_address_counts(forwarded: str, trusted: tuple[str, ...], address: str) -> None:
    """The last one that none of our proxies has; of IPv6 the network."""
    assert address_of(forwarded, trusted) == address
