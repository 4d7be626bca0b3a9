"""Every attack against stock nbgrader, for the table in docs/security-suite.md; minutes, each in a box of its own."""

from __future__ import annotations

import pytest

from tests.attacks.outcomes import STOCK_FILE, keep, told_of_stock
from tests.attacks.shape import load_attacks
from tests.attacks.stock.run import try_all

pytestmark = pytest.mark.soak
CERTAIN = {
    "equality/class_eq": "points",
    "rewriting/ast_transformer": "points",
    "notebook/copied_test": "others get no grade",
    "reading/history": "reads: hidden test",
    "showing/html_output": "markup",
    "ending/exit_in_solution": "no grade",
}


def test_what_stock_nbgrader_makes_of_each_attack():
    """Each is tried and told; the flaws that are known of nbgrader 0.9.6 show, so the attacks are no blanks."""
    attacks = load_attacks()
    found = try_all(attacks)
    keep(STOCK_FILE, found)
    told = {a.id: told_of_stock(a, found["attacks"][a.id], found["full"]) for a in attacks}
    assert len(told) == len(attacks)
    for name, word in CERTAIN.items():
        assert word in told[name], (name, told[name])
