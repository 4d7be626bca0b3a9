"""Released editions and their pages, as the site reads them from disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.lesson_text import lesson_text

from hocvuso.errors import LessonError
from hocvuso.lessons.build import build
from hocvuso.lessons.editions import read_ledger, update_ledger
from hocvuso.places import Places
from hocvuso.site.shelf import Shelf

LESSON = lesson_text(
    "t26-91",
    "Bài thử",
    """
```{code-cell} ipython3
:tags: [setup]

from hocvuso.questions import Choice
```

```{code-cell} ipython3
:tags: [question]

Choice("q", "Chọn gì?", options={"a": "Một", "b": "Hai"}, key="b", why="Vì thế.", points=1)
```
""",
)


@pytest.fixture
def shelf_places(tmp_path):
    """A course with one built lesson; releasing it is one word in the ledger."""
    places = Places(tmp_path)
    path = places.lessons / "t26" / "t26-91.md"
    path.parent.mkdir(parents=True)
    path.write_text(LESSON, encoding="utf-8")
    report = build(places)
    assert report.ok, [error.tell() for error in report.errors]
    return places


def release(places):
    entry = read_ledger(places.editions).current("t26-91")
    released = entry.model_copy(update={"released": "2026-11-21T08:00:00+00:00"})
    update_ledger(places.editions, lambda ledger: ledger.with_edition("t26-91", released))


def test_only_released_editions_are_seen_and_at_once(shelf_places):
    """Built is not released; a release needs no restart."""
    shelf = Shelf(shelf_places)
    assert shelf.editions() == {}
    release(shelf_places)
    assert list(shelf.lessons()) == ["t26-91"]


def test_a_question_comes_without_its_key(shelf_places):
    """What the site knows of a question holds nothing that may not be shown."""
    release(shelf_places)
    asked = Shelf(shelf_places).find_question("t26-91", "q")
    assert asked["prompt"] == "Chọn gì?"
    assert not {"key", "why"} & set(asked)
    assert Shelf(shelf_places).find_question("t26-91", "x") is None
    assert Shelf(shelf_places).find_question("t26-92", "q") is None


def test_a_page_is_read_again_when_it_changes(shelf_places):
    """Same file, same ETag; another text, another one; a language that was not built falls back."""
    shelf = Shelf(shelf_places)
    first = shelf.find_page("t26-91")
    assert shelf.find_page("t26-91") is first
    assert shelf.find_page("t26-91", "xx") is first
    path = shelf_places.release / "t26-91" / "page.html"
    path.write_bytes(first.packed.body + b"<!-- -->")
    os.utime(path, ns=(first.stamp + 10**9, first.stamp + 10**9))
    assert shelf.find_page("t26-91").packed.etag != first.packed.etag
    assert shelf.find_page("t26-99") is None


def test_a_catalogue_that_can_not_be_read_leaves_the_earlier_one(shelf_places):
    """While a lesson is being replaced the site goes on with what it had; at the start it says what is wrong."""
    release(shelf_places)
    shelf = Shelf(shelf_places)
    before = dict(shelf.editions())
    (shelf_places.release / "t26-91" / "lesson.json").write_text("{", encoding="utf-8")
    assert shelf.editions() == before
    with pytest.raises(LessonError):
        Shelf(shelf_places).editions()


def test_a_lesson_built_anew_is_seen_at_once(shelf_places):
    """Its text changed, its questions did not: the same edition, other words."""
    release(shelf_places)
    shelf = Shelf(shelf_places)
    assert shelf.editions()["t26-91"].title == "Bài thử"
    (shelf_places.lessons / "t26" / "t26-91.md").write_text(
        LESSON.replace('title: "Bài thử"', 'title: "Bài thử khác"'), encoding="utf-8"
    )
    assert build(shelf_places).ok
    assert shelf.editions()["t26-91"].title == "Bài thử khác"


def test_looking_for_changes_costs_the_same_for_many_lessons(shelf_places, monkeypatch):
    """Every request looks: a look at each lesson's file would make pages slower with every lesson."""
    release(shelf_places)
    shelf = Shelf(shelf_places)
    shelf.editions()
    looked = []
    stat = Path.stat
    monkeypatch.setattr(Path, "stat", lambda path, **more: looked.append(path) or stat(path, **more))
    assert list(shelf.editions()) == ["t26-91"]
    assert set(looked) == {shelf_places.editions, shelf_places.release}
