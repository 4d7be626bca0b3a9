"""How often somebody may do something."""

from __future__ import annotations

import re

import pytest

from hocvuso.errors import SetupError
from hocvuso.rates import Buckets, Limits, Rate


class Clock:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_so_many_at_once_then_evenly(clock: Clock) -> None:
    """Three of 3/60 pass, the fourth is told to wait 20 s, and then exactly one passes."""
    buckets = Buckets(Rate(3, 60), clock=clock)
    assert [buckets.take("an") for _ in range(4)] == [0, 0, 0, 20]
    clock.now = 19
    assert buckets.take("an") == 1
    clock.now = 20
    assert [buckets.take("an"), buckets.take("an")] == [0, 20]


def test_who_waits_is_not_punished_for_asking(clock: Clock) -> None:
    """Asking an empty bucket costs nothing, and a long rest fills it no further than at first."""
    buckets = Buckets(Rate(2, 10), clock=clock)
    assert [buckets.take("an") > 0 for _ in range(50)] == [False, False, *[True] * 48]
    clock.now = 1000
    assert [buckets.take("an") > 0 for _ in range(3)] == [False, False, True]


def test_one_empties_no_other_s_bucket(clock: Clock) -> None:
    """Each key has a bucket of its own."""
    buckets = Buckets(Rate(1, 10), clock=clock)
    assert (buckets.take("an"), buckets.take("an"), buckets.take("bình")) == (0, 10, 0)


def test_a_token_can_be_given_back(clock: Clock) -> None:
    """What turned out to be right does not count; nobody gets more than a full bucket by it."""
    buckets = Buckets(Rate(2, 10), clock=clock)
    for _ in range(20):
        assert buckets.take("an") == 0
        buckets.give_back("an")
    buckets.give_back("an")
    assert [buckets.take("an") > 0 for _ in range(3)] == [False, False, True]


def test_memory_is_bounded(clock: Clock) -> None:
    """A flood of names forgets those used longest ago, not those in use."""
    buckets = Buckets(Rate(1, 10), most=10, clock=clock)
    for number in range(1000):
        buckets.take("an")
        buckets.take(str(number))
    assert len(buckets) == 10
    assert buckets.take("an") > 0


@pytest.mark.parametrize(
    "text", ["", "3", "3/", "/60", "0/60", "3/0", "-1/60", "3.5/60", "3/60/1", "99999999/1", "٣/60"]
)
def test_what_is_no_rate_is_refused(text: str) -> None:
    """A rate is two whole numbers above 0; it is written as it is read."""
    with pytest.raises(ValueError, match=re.escape(text) or "^$"):
        Rate.parse(text)
    assert str(Rate.parse(" 30/600 ")) == "30/600"


def test_limits_come_from_the_environment_and_go_back_into_it() -> None:
    """What is not named keeps its default; what is named is read back as it was."""
    limits = Limits.from_environment({"HOCVUSO_LIMIT_SUBMIT": "2/60", "HOCVUSO_LIMIT_ANSWERS": ""})
    assert limits == Limits(submit=Rate(2, 60))
    assert Limits.from_environment(limits.environment()) == limits


def test_every_wrong_limit_is_named_at_once() -> None:
    """The sentence names each variable and how to write it."""
    with pytest.raises(SetupError) as told:
        Limits.from_environment({"HOCVUSO_LIMIT_SUBMIT": "nhiều", "HOCVUSO_LIMIT_ACCOUNT": "3"})
    assert "HOCVUSO_LIMIT_SUBMIT=nhiều" in str(told.value)
    assert "HOCVUSO_LIMIT_ACCOUNT=3" in str(told.value)
    assert "30/600" in str(told.value)
