"""A working copy of answers and the site's store become one, and nothing that was answered is lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hocvuso.errors import AnswerError
from hocvuso.exchange.answers import AnswerStore
from hocvuso.exchange.working_copy import NOTE, SEEN, WorkingCopy, take_in_copy
from hocvuso.questions import Choice
from hocvuso.questions.answers import save_answer

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
OPTIONS = {"a": "A", "b": "B", "c": "C"}
QUESTIONS = {
    name: Choice(name, "Chọn?", options=OPTIONS, key="a", why="Vì A.").asked() for name in ("c1", "c2")
}
EDITION = "t14-05"


class Both:
    """One learner's copy and the store, with a clock that the test sets."""

    def __init__(self, root: Path) -> None:
        self.now = NOW
        self.store = AnswerStore(root / "answers", clock=lambda: self.now)
        self.folder = root / "home" / EDITION
        self.folder.mkdir(parents=True)
        self.copy = WorkingCopy(self.folder)
        self.history = root / "answers" / "an" / EDITION / "history.jsonl"

    def later(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def on_the_phone(self, name: str, value: str) -> None:
        before = self.store.read("an", EDITION).answers.get(name)
        seen = before.revision if before else 0
        self.store.save("an", EDITION, QUESTIONS[name], value, seen=seen, edited=self.later())

    def in_the_lab(self, name: str, value: Any) -> None:
        save_answer(self.folder / "answers.json", name, value, edited=self.later())

    def bring_together(self, meanwhile=lambda: None):
        book, seen = self.copy.read(), self.copy.seen()
        self.later()
        merged = take_in_copy(self.store, "an", EDITION, QUESTIONS, book.answers, seen)
        meanwhile()
        self.copy.settle(book, merged)
        return merged

    def here(self) -> dict[str, Any]:
        return {name: record.answer for name, record in self.copy.read().answers.items()}

    def there(self) -> dict[str, Any]:
        return {name: record.answer for name, record in self.store.read("an", EDITION).answers.items()}


@pytest.fixture
def both(tmp_path: Path) -> Both:
    return Both(tmp_path)


def test_each_side_gets_what_the_other_has(both):
    """Different questions answered in two places are all there in both; nobody is told of any difference."""
    both.on_the_phone("c1", "a")
    both.in_the_lab("c2", "b")
    both.bring_together()
    assert both.here() == both.there() == {"c1": "a", "c2": "b"}
    assert not both.copy.has_edits()
    assert sorted(p.name for p in both.folder.iterdir()) == [SEEN, "answers.json"]


def test_an_untouched_copy_is_no_edit(both):
    """What was only fetched never competes with the phone, however often both are brought together."""
    both.on_the_phone("c1", "a")
    both.bring_together()
    both.on_the_phone("c1", "b")
    merged = both.bring_together()
    assert both.here() == both.there() == {"c1": "b"}
    assert merged.differences == ()
    assert both.history.read_text("utf-8").count("\n") == 1, "only the phone's own change"


@pytest.mark.parametrize("newer", ["phone", "lab"])
def test_the_newer_of_two_edits_stays_and_the_other_is_told(both, newer):
    """Both changed since they were the same: newest wins, the other is in the history and in the note."""
    both.on_the_phone("c1", "a")
    both.bring_together()
    edits = [lambda: both.on_the_phone("c1", "b"), lambda: both.in_the_lab("c1", "c")]
    for edit in edits if newer == "lab" else edits[::-1]:
        edit()
    both.bring_together()
    stays, goes = ("c", "b") if newer == "lab" else ("b", "c")
    assert both.here() == both.there() == {"c1": stays}
    assert f'"answer": "{goes}"' in both.history.read_text("utf-8")
    note = (both.folder / NOTE).read_text("utf-8")
    assert f'"{goes}"' in note
    assert "c1" in note
    assert both.bring_together().differences == (), "told once"


def test_a_change_while_the_answer_is_under_way_stays(both):
    """A widget saves while the site is being asked: that edit is neither lost nor taken for the site's."""
    both.in_the_lab("c1", "a")
    both.bring_together(meanwhile=lambda: both.in_the_lab("c1", "b"))
    assert both.here() == {"c1": "b"}
    assert both.copy.has_edits()
    both.bring_together()
    assert both.there() == {"c1": "b"}


def test_a_lost_list_of_what_was_seen_loses_no_answer(both):
    """Without it every answer counts as an edit made without seeing the other: still the newer wins."""
    both.on_the_phone("c1", "a")
    both.bring_together()
    (both.folder / SEEN).write_text("{", encoding="utf-8")
    both.on_the_phone("c1", "b")
    both.bring_together()
    assert both.here() == both.there() == {"c1": "b"}


def test_a_clock_that_runs_ahead_wins_nothing_later(both):
    """An edit from the future counts as made when it came: the next one on the phone is newer."""
    save_answer(both.folder / "answers.json", "c1", "a", edited=NOW + timedelta(days=3))
    both.bring_together()
    both.on_the_phone("c1", "b")
    both.bring_together()
    assert both.here() == both.there() == {"c1": "b"}


def test_a_store_put_back_from_an_older_copy_gets_the_answers_again(both):
    """Revisions that the store no longer knows are no reason to drop what the learner has."""
    both.in_the_lab("c1", "a")
    both.bring_together()
    both.in_the_lab("c1", "b")
    both.bring_together()
    (both.history.parent / "answers.json").unlink()
    both.history.unlink()
    both.bring_together()
    assert both.here() == both.there() == {"c1": "b"}


def test_what_the_edition_does_not_ask_for_stays_in_the_copy_and_is_named(both):
    """An unknown question, or an answer of the wrong shape, reaches no store and is not deleted."""
    both.in_the_lab("la", "a")
    both.in_the_lab("c1", {"không": "phải"})
    both.in_the_lab("c2", "b")
    merged = both.bring_together()
    assert sorted(merged.unusable) == ["c1", "la"]
    assert both.there() == {"c2": "b"}
    assert both.here() == {"la": "a", "c1": {"không": "phải"}, "c2": "b"}


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        json.dumps({"format": 1, "edition": "t03-09", "answers": {}}),
        '{"format": 1, "answers": {"c1": 3}}',
    ],
)
def test_a_damaged_copy_is_left_alone(both, content):
    """It is told, not read in part and not written over."""
    (both.folder / "answers.json").write_text(content, encoding="utf-8")
    with pytest.raises(AnswerError):
        both.copy.read()
    assert not both.copy.has_edits()
    assert (both.folder / "answers.json").read_text("utf-8") == content
