"""The ledger of editions: which edition a build is, and what survives a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hocvuso.errors import LessonError
from hocvuso.lessons.editions import (
    Edition,
    Ledger,
    choose_edition,
    has_begun,
    read_ledger,
    update_ledger,
    write_atomically,
)
from hocvuso.places import Places

if TYPE_CHECKING:
    from pathlib import Path

FIRST = Edition(edition="t01-01", signature="a", released="2026-11-21T08:00:00+00:00", content="x")


def nobody(_: str) -> bool:
    return False


def somebody(_: str) -> bool:
    return True


def test_the_first_build_has_the_name_of_the_lesson() -> None:
    """A lesson's first edition is called like the lesson."""
    assert choose_edition(Ledger(), "t01-01", "a", somebody) == Edition(edition="t01-01", signature="a")


def test_the_same_questions_stay_the_same_edition() -> None:
    """New text alone keeps the edition and what is known of its release, also after people began."""
    ledger = Ledger().with_edition("t01-01", FIRST)
    assert choose_edition(ledger, "t01-01", "a", somebody) == FIRST


def test_other_questions_keep_the_name_while_nobody_has_begun() -> None:
    """The name stays, but the edition counts as not released until the operator releases it again."""
    ledger = Ledger().with_edition("t01-01", FIRST)
    assert choose_edition(ledger, "t01-01", "b", nobody) == Edition(edition="t01-01", signature="b")


def test_other_questions_make_the_next_edition_once_somebody_has_begun() -> None:
    """Editions are counted: -e2, then -e3."""
    ledger = Ledger().with_edition("t01-01", FIRST)
    second = choose_edition(ledger, "t01-01", "b", somebody)
    assert second.edition == "t01-01-e2"
    ledger = ledger.with_edition("t01-01", second)
    assert choose_edition(ledger, "t01-01", "c", nobody).edition == "t01-01-e2"
    assert choose_edition(ledger, "t01-01", "a", somebody).edition == "t01-01-e3"
    assert ledger.find("t01-01") == FIRST
    assert ledger.find("t01-01-e3") is None


@pytest.mark.parametrize(
    "trace",
    [
        "var/answers/lan/t01-01/answers.json",
        "var/submitted/lan/t01-01/t01-01.ipynb",
        "exchange/hocvuso/inbound/lan+t01-01+2026-11-21 08:00:00 UTC+x/t01-01.ipynb",
        "exchange/hocvuso/labs/lan/inbound/lan+t01-01+2026-11-21 08:00:00 UTC+x/t01-01.ipynb",
        "var/evidence/lan+t01-01+2026-11-21 08:00:00 UTC+x/receipt.json",
        "var/evidence/lan/lan+t01-01+2026-11-21 08:00:00 UTC+x/receipt.json",
        "var/results/lan/t01-01.json",
        "var/homes/lan/t01-01/t01-01.ipynb",
    ],
)
def test_whoever_left_a_trace_has_begun(tmp_path: Path, trace: str) -> None:
    """Saved answers, a fetched copy, a submission at any station: each counts, for its own edition only."""
    places = Places(tmp_path)
    assert not has_begun(places, "t01-01")
    (tmp_path / trace).parent.mkdir(parents=True)
    (tmp_path / trace).write_text("{}")
    assert has_begun(places, "t01-01")
    assert not has_begun(places, "t01-01-e2")
    assert not has_begun(places, "t01-0")
    assert not (tmp_path / "var" / "grader").exists(), "asking must not make a gradebook"


def test_the_ledger_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """What one command notes, the next one reads."""
    path = tmp_path / "var" / "editions.json"
    update_ledger(path, lambda ledger: ledger.with_edition("t01-01", FIRST))
    written = update_ledger(
        path, lambda ledger: ledger.with_edition("t01-02", Edition(edition="t01-02", signature="b"))
    )
    assert read_ledger(path) == written
    assert set(written.lessons) == {"t01-01", "t01-02"}


def test_a_damaged_ledger_is_told_and_not_overwritten(tmp_path: Path) -> None:
    """A ledger that can't be read stops the command; guessing an edition could mix two of them."""
    path = tmp_path / "editions.json"
    path.write_text('{"format": 1, "lessons"')
    with pytest.raises(LessonError, match="Sổ ấn bản"):
        update_ledger(path, lambda ledger: ledger)
    assert path.read_text() == '{"format": 1, "lessons"'


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    """An atomic write that fails half way leaves what was there, and no scrap beside it."""
    path = tmp_path / "file"
    write_atomically(path, "alt")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "neu \ud800")
    assert path.read_text() == "alt"
    assert list(tmp_path.iterdir()) == [path]
