"""The sums about site and sign-in in docs/scale.md, from figures that are easy to check by hand."""

from __future__ import annotations

import pytest
from tests.load.document import AT_ONCE, Costs, costs, hubs_busy, inputs, sites, sums

RECORD = {
    "steps": [
        {
            "people": 1000,
            "milliseconds": {"answer saved": {"count": 9600}},
            "machine": {"processor_seconds": {"site": 48.0, "proxy": 12.0, "grader": 6.0, "hub": 2.4}},
        }
    ],
    "live": [{"people": 10, "machine": {"peak_mb": {"kernels": 250.0}}}],
    "sign_in": {
        "dear": {"served": 10, "machine": {"processor_seconds": {"hub": 2.5}}},
        "cheap": {"served": 100, "machine": {"processor_seconds": {"hub": 5.0}}},
    },
    "per_learner": {"mb": 0.1},
    "idle_mb": {"site": 100.0},
}


@pytest.fixture
def found() -> Costs:
    return costs(RECORD)


def test_what_a_learner_costs_is_spread_over_the_lesson(found: Costs):
    """48 s of the site for 1,000 people, each for 240 s: 0.2 thousandths of a core for each at once."""
    assert found.site == pytest.approx(0.0002)
    assert found.saves == pytest.approx(0.04)
    assert (found.login, found.login_at_cost) == (0.05, 0.25)
    assert found.live_mb == 25


@pytest.mark.parametrize(("learners", "needed"), [(1, 1), (3400, 1), (3600, 2), (100_000, 29)])
def test_a_process_of_the_site_is_added_before_one_is_full(found: Costs, learners: int, needed: int):
    assert sites(found, learners) == needed


def test_a_hub_is_busy_with_who_comes_and_with_who_is_there(found: Costs):
    """Ten logins a second are half a core; vouching for 10,000 learners is a tenth."""
    assert hubs_busy(found, 0, arriving=10) == pytest.approx(0.5)
    assert hubs_busy(found, 10_000, arriving=0) == pytest.approx(0.1)


def test_the_tables_have_a_figure_for_each_size(found: Costs):
    rows = sums(found)
    assert {len(row) for row in rows} == {1 + len(AT_ONCE)}
    assert {row[0]: row[-1] for row in rows}["answers saved per second"] == "4,000"
    assert all(all(row) for row in inputs(found))
