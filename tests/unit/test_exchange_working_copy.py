"""A working copy of answers and the site's store become one, and nothing that was answered is lost."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hocvuso.errors import AnswerError
from hocvuso.exchange.answers import AnswerStore
from hocvuso.exchange.code_answers import with_code
from hocvuso.exchange.working_copy import NOTE, SEEN, WorkingCopy, take_in_copy
from hocvuso.questions import Choice
from hocvuso.questions.answers import save_answer

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
OPTIONS = {"a": "A", "b": "B", "c": "C"}
START = "def dem():\n    # YOUR CODE HERE\n    raise NotImplementedError()"
QUESTIONS = {
    name: Choice(name, "Chọn?", options=OPTIONS, key="a", why="Vì A.").asked() for name in ("c1", "c2")
} | {"dem": {"type": "code", "id": "dem", "prompt": "Đếm?", "points": 1, "example": "", "start": START}}
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
        book, seen, typed = self.copy.read(), self.copy.seen(), self.copy.typed()
        self.later()
        merged = take_in_copy(self.store, "an", EDITION, QUESTIONS, book.answers, seen, typed)
        meanwhile()
        self.copy.settle(book, merged, typed)
        return merged

    def write_code(self, text: str) -> None:
        """Save the notebook with this in its solution cell, as JupyterLab does."""
        about = {"hocvuso": {"role": "solution", "id": "dem"}, "nbgrader": {"grade_id": "dem"}}
        cells = [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Bài\n", "lời giảng"]},
            {"cell_type": "code", "metadata": about, "source": text, "outputs": [1], "execution_count": 3},
        ]
        self.copy.notebook.write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
        when = self.later().timestamp()
        os.utime(self.copy.notebook, (when, when))

    def code_here(self) -> str:
        return json.loads(self.copy.notebook.read_bytes())["cells"][1]["source"]

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


def test_code_written_on_the_phone_is_in_the_fetched_notebook(both):
    """The cell gets the text, its old output goes, all else in the notebook stays; that is no edit of the copy."""
    both.on_the_phone("dem", "x = 1")
    both.write_code(START)
    assert not both.copy.has_edits()
    both.bring_together()
    assert both.code_here() == "x = 1"
    first, cell = json.loads(both.copy.notebook.read_bytes())["cells"]
    assert (first["source"], cell["outputs"], cell["execution_count"]) == (["# Bài\n", "lời giảng"], [], None)
    assert not both.copy.has_edits()
    assert both.bring_together().differences == ()
    assert both.there() == {"dem": "x = 1"}


def test_code_written_in_the_notebook_is_on_the_phone(both):
    """Saved there it is an answer like any other; the first text is none."""
    both.write_code(START)
    both.bring_together()
    assert both.there() == {}
    both.write_code("x = 2")
    assert both.copy.has_edits()
    both.bring_together()
    assert both.there() == {"dem": "x = 2"}
    both.on_the_phone("dem", "x = 3")
    both.bring_together()
    assert both.code_here() == "x = 3"


@pytest.mark.parametrize("newer", ["phone", "lab"])
def test_the_newer_of_two_codes_stays_and_the_other_is_told(both, newer):
    """As with every answer; the notebook holds the one that stays."""
    both.write_code("x = 1")
    both.bring_together()
    changes = [lambda: both.on_the_phone("dem", "x = 2"), lambda: both.write_code("x = 3")]
    for change in changes if newer == "lab" else changes[::-1]:
        change()
    both.bring_together()
    stays, goes = ("x = 3", "x = 2") if newer == "lab" else ("x = 2", "x = 3")
    assert (both.code_here(), both.there()) == (stays, {"dem": stays})
    assert goes in (both.folder / NOTE).read_text("utf-8")


@pytest.mark.parametrize("where", ["phone", "lab"])
def test_starting_over_in_one_place_is_starting_over_in_both(both, where):
    """The first text is an answer taken back, not one that competes."""
    both.write_code("x = 1")
    both.bring_together()
    if where == "phone":
        both.on_the_phone("dem", None)
    else:
        both.write_code(START)
    both.bring_together()
    assert (both.code_here(), both.there()) == (START, {"dem": None})
    assert both.bring_together().differences == ()


def test_a_cell_that_is_saved_while_the_answer_is_under_way_stays(both):
    """It is an edit for the next time; the phone's text, older then, is told."""
    both.write_code(START)
    both.on_the_phone("dem", "x = 1")
    both.bring_together(meanwhile=lambda: both.write_code("x = 2"))
    assert both.code_here() == "x = 2"
    both.bring_together()
    assert (both.code_here(), both.there()) == ("x = 2", {"dem": "x = 2"})


@pytest.mark.parametrize("text", ["x" * 7000, "y" * 50_000, "x = '\x07'"])
def test_code_that_can_be_no_answer_stays_in_the_notebook_alone(both, text):
    """Nothing is refused for its sake, and nothing is written over it."""
    both.on_the_phone("dem", "x = 1")
    both.write_code(text)
    assert both.bring_together().unusable == ()
    assert (both.code_here(), both.there()) == (text, {"dem": "x = 1"})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"cells": 3}',
        b'{"cells": [3, {"metadata": 4}]}',
        b'{"a": ' + b"9" * 9000 + b"}",
    ],
)
def test_a_damaged_notebook_is_left_as_it_is(both, content):
    """What can't be read holds no code and gets none."""
    both.on_the_phone("dem", "x = 1")
    both.copy.notebook.write_bytes(content)
    both.bring_together()
    assert both.copy.notebook.read_bytes() == content
    assert with_code(content, {"dem": "x = 1"}) == content
