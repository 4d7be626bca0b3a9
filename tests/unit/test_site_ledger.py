"""Receipts and results as the site keeps and reads them."""

from __future__ import annotations

import json

import pytest

from hocvuso.errors import StorageError
from hocvuso.places import Places
from hocvuso.site.certificates import read_held
from hocvuso.site.ledger import Ledger

RECORD = {
    "format": 1, "learner": "an", "lesson": "t14-05", "edition": "t14-05", "submission": "x", "state": "graded",
    "reasons": [], "points": 1, "out_of": 2, "handed_in": "2026-11-21T08:00:00Z", "graded": "2026-11-21T08:00:05Z",
    "via": "page", "questions": [], "evidence": {"receipt": "r1"},
}  # fmt: skip


def receipt(name: str, minute: int) -> dict[str, str]:
    return {"id": name, "edition": "t14-05", "handed_in": f"2026-11-21T08:{minute:02}:00Z"}


def test_receipts_come_back_newest_first(tmp_path):
    """Each learner's own only."""
    ledger = Ledger(Places(tmp_path))
    for name, minute in (("a", 1), ("c", 3), ("b", 2)):
        ledger.keep("an", receipt(name, minute))
    assert [h.id for h in ledger.handed_in("an")] == ["c", "b", "a"]
    assert ledger.handed_in("bình") == []
    assert ledger.find_receipt("an", "b").receipt == receipt("b", 2)
    assert ledger.find_receipt("bình", "b") is None


@pytest.mark.parametrize("name", ["../an/a", "", ".", "a/../a", "x" * 200])
def test_a_receipt_is_found_by_its_id_only(tmp_path, name):
    """No path gets through."""
    ledger = Ledger(Places(tmp_path))
    ledger.keep("an", receipt("a", 1))
    assert ledger.find_receipt("an", name) is None


def test_a_receipt_that_can_not_be_kept(tmp_path):
    """StorageError, and nothing half written is left."""
    (tmp_path / "var").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(StorageError):
        Ledger(Places(tmp_path)).keep("an", receipt("a", 1))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", json.dumps(RECORD | {"state": "great"}), json.dumps(RECORD | {"learner": "bình"})]
)
def test_a_damaged_or_foreign_record_counts_as_absent(tmp_path, text):
    """The page says "waiting" rather than failing, and nobody sees another's record."""
    places = Places(tmp_path)
    path = places.results / "an" / "t14-05.json"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    assert Ledger(places).find_result("an", "t14-05") is None
    path.write_text(json.dumps(RECORD), encoding="utf-8")
    assert Ledger(places).find_result("an", "t14-05").points == 1


def test_a_damaged_list_of_certificates(tmp_path):
    """The page shows none rather than failing."""
    places = Places(tmp_path)
    path = places.certificates / "an" / "index.json"
    path.parent.mkdir(parents=True)
    path.write_text("[{]", encoding="utf-8")
    assert read_held(places, "an") == ()
