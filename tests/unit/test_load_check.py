"""What `make load` calls lost: whatever a learner was told and the disk does not hold just so."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from tests.load.check import lost
from tests.load.learner import Saved, Way
from tests.load.seen import NO_ANSWER, Seen, percentile

from hocvuso.exchange.answers import AnswerStore
from hocvuso.lessons.master import Master
from hocvuso.places import Places, folder_of
from hocvuso.questions import Choice

NAME, EDITION = "hv00001", "t14-05"
QUESTION = Choice("cuoc-goi", "Làm gì?", options={"a": "Cài", "b": "Hỏi lại"}, key="b", why="…", points=1)
MASTER = Master(EDITION, EDITION, (QUESTION,), (), "", {})


@pytest.fixture
def places(tmp_path) -> Places:
    """A learner answered "b" and handed it in under receipt r1."""
    places = Places(tmp_path)
    now = datetime.now(UTC)
    store = AnswerStore(places.answers, lambda: now)
    store.save(NAME, EDITION, QUESTION.asked(), "b", seen=0, edited=now)
    folder = places.evidence / folder_of(NAME) / EDITION / "one"
    folder.mkdir(parents=True)
    (folder / "receipt.json").write_text(json.dumps({"id": "r1"}), encoding="utf-8")
    book = {"answers": {QUESTION.id: {"answer": "b", "revision": 1}}}
    (folder / "answers.json").write_text(json.dumps(book), encoding="utf-8")
    return places


def found(places: Places, way: Way) -> list[str]:
    """What is lost of ``way``."""
    return lost(places, [SimpleNamespace(name=NAME, ways={EDITION: way})], MASTER)


def test_nothing_is_lost_when_the_disk_holds_what_was_told(places):
    assert found(places, Way({QUESTION.id: Saved("b", 1)}, set(), {"r1": {QUESTION.id: "b"}}, 1)) == []


@pytest.mark.parametrize(
    ("way", "says"),
    [
        (Way({QUESTION.id: Saved("a", 1)}), "not the one that was acknowledged"),
        (Way({QUESTION.id: Saved("b", 2)}), "not the one that was acknowledged"),
        (Way({"khac": Saved("b", 1)}), "is not there"),
        (Way({}, set(), {"r2": {}}), "not in the evidence"),
        (Way({}, set(), {"r1": {QUESTION.id: "a"}}), "other answers"),
        (Way({QUESTION.id: Saved("b", 1)}, set(), {}, 0), "0 points and the answers are worth 1"),
    ],
)
def test_what_differs_from_what_was_told_is_lost(places, way, says):
    [line] = found(places, way)
    assert says in line


def test_an_answer_of_unknown_fate_is_not_called_lost(places):
    assert found(places, Way({QUESTION.id: Saved("a", 1)}, {QUESTION.id}, {}, 0)) == []


def test_broken_are_server_errors_and_silence_only():
    """A refusal is a failure of that request, not of the machine."""
    seen = Seen()
    for status in (200, 404, 500, 503, NO_ANSWER):
        seen.note("page", status, 0.1)
    assert (seen.requests, seen.broken, sum(seen.failures.values())) == (5, 3, 4)
    assert len(seen.times["page"]) == 1


def test_percentiles_are_of_the_nearest_rank():
    values = [float(number) for number in range(100, 0, -1)]
    assert [percentile(values, share) for share in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([7.0], 95) == 7
