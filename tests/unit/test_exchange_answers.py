"""The site's store of answers: nothing that a learner saved is lost, and nobody reaches another's answers."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hocvuso.errors import AnswerError, ConflictError, StorageError
from hocvuso.exchange.answers import AnswerStore, Saved, merge
from hocvuso.lessons.editions import lesson_of
from hocvuso.questions import AnswerBook, Choice

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ASKED = Choice("c1", "Chọn?", options={"a": "A", "b": "B", "d": "D"}, key="a", why="Vì A.").asked()


@pytest.fixture
def store(tmp_path: Path) -> AnswerStore:
    """A store whose clock stands at noon."""
    return AnswerStore(tmp_path / "answers", clock=lambda: NOON)


def save(store: AnswerStore, answer: Any, seen: int, minutes: float = 0, learner: str = "an") -> Saved:
    """Save an edit made ``minutes`` before noon."""
    edited = NOON - timedelta(minutes=minutes)
    return store.save(learner, "t14-05", ASKED, answer, seen=seen, edited=edited)


def history(store: AnswerStore) -> list[dict[str, Any]]:
    """The entries of the one history."""
    (path,) = store._folder.glob("*/*/history.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_edits_in_a_row_raise_the_revision_and_keep_what_was_before(store):
    """Each edit that saw the current answer replaces it; the earlier one is in the history."""
    assert save(store, "a", 0, 3) == Saved(1, None, "a")
    assert save(store, "b", 1, 2) == Saved(2, None, "b")
    book = store.read("an", "t14-05")
    assert (book.lesson, book.edition, book.answers["c1"].revision, book.value("c1")) == (
        "t14-05",
        "t14-05",
        2,
        "b",
    )
    assert [(h["answer"], h["revision"]) for h in history(store)] == [("a", 1)]


def test_of_two_devices_the_newer_edit_wins_and_the_older_is_kept(store):
    """A device that did not see the last edit wins when it edited later; its user is told."""
    save(store, "a", 0, 9)
    save(store, "b", 1, 5)
    assert save(store, "d", 1, 1) == Saved(3, "kept-yours", "d")
    assert [h["answer"] for h in history(store)] == ["a", "b"]


def test_of_two_devices_the_older_edit_loses_and_is_kept(store):
    """A device that was offline and edited earlier gets the other answer back; its own is in the history."""
    save(store, "a", 0, 9)
    save(store, "b", 1, 1)
    assert save(store, "d", 1, 5) == Saved(2, "kept-other", "b")
    assert store.read("an", "t14-05").value("c1") == "b"
    assert [h["answer"] for h in history(store)] == ["a", "d"]


def test_the_same_answer_from_two_devices_is_no_conflict(store):
    """Who sends again what is stored hears nothing of a conflict, and no revision is made."""
    save(store, "a", 0, 9)
    assert save(store, "a", 0, 1) == Saved(1, None, "a")


def test_a_clock_in_the_future_does_not_win_for_ever(store):
    """An edit from a device whose clock runs ahead counts as made now."""
    save(store, "a", 0, minutes=-600)
    assert store.read("an", "t14-05").answers["c1"].edited == NOON


def test_a_revision_that_never_was_is_refused(store):
    """An edit can't have seen what does not exist; nothing is stored."""
    with pytest.raises(ConflictError):
        save(store, "a", 1)
    assert store.read("an", "t14-05").answers == {}


@pytest.mark.parametrize("answer", ["x", 3, ["a"], {"a": 1}, "a" * 100_000])
def test_an_answer_of_the_wrong_shape_is_refused(store, answer):
    """What the question can't take is not stored."""
    with pytest.raises(AnswerError):
        save(store, answer, 0)


def test_a_question_that_does_not_exist_is_refused(store):
    """Without a question there is no answer."""
    with pytest.raises(AnswerError):
        store.save("an", "t14-05", {}, "a", seen=0, edited=NOON)


@pytest.mark.parametrize("edition", ["../t14-05", "..", "", "a/b", "t14\0", "T14"])
def test_an_edition_can_not_lead_out_of_the_folder(store, edition):
    """A name that is no edition's is refused before any path is made of it."""
    with pytest.raises(AnswerError):
        store.read("an", edition)


@pytest.mark.parametrize("learner", ["..", "../an", "a/b", ".", "/etc", "a\0b", "an "])
def test_a_learner_name_can_not_lead_to_another_folder(store, learner, tmp_path):
    """Whatever a user name holds, it gets one folder of its own below the store."""
    save(store, "a", 0, learner="an")
    assert store.read(learner, "t14-05").answers == {}
    save(store, "b", 0, learner=learner)
    assert store.read("an", "t14-05").value("c1") == "a"
    assert len(list((tmp_path / "answers").glob("*/t14-05/answers.json"))) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["answers"]


def test_a_name_in_decomposed_unicode_is_the_same_learner(store):
    """``Thuỷ`` typed on a Mac and on a phone is one person."""
    save(store, "a", 0, learner="thu\u1ef7")
    assert store.read("thuy\u0309", "t14-05").value("c1") == "a"


def test_editions_begun_are_those_with_an_answer(store):
    """Looking at a lesson is not beginning it."""
    store.read("an", "t20-01")
    assert store.editions_begun("an") == set()
    save(store, "a", 0)
    assert store.editions_begun("an") == {"t14-05"}


def test_simultaneous_edits_lose_nothing(store):
    """Of twenty edits at once the newest is current, the other answer is in the history, no line is torn."""
    save(store, "a", 0, 60)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: save(store, "bd"[i % 2], 1, i), range(20)))
    assert store.read("an", "t14-05").value("c1") == "b"  # the newest of the twenty
    assert {"a", "d"} <= {entry["answer"] for entry in history(store)}


FULL = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from hocvuso.errors import StorageError
from hocvuso.exchange.answers import AnswerStore
from hocvuso.questions import ShortText
asked = ShortText("c1", "Gì?", accept=["x"], why="Vì.").asked()
now = datetime(2026, 11, 21, tzinfo=UTC)
folder = Path(sys.argv[1])
store = AnswerStore(folder, clock=lambda: now)
store.save("an", "t14-05", asked, "first", seen=0, edited=now)
state = {p.name: p.read_bytes() for p in folder.glob("*/*/*")}
filler = folder / "filler"
with filler.open("wb", buffering=0) as file:
    try:
        while file.write(b"0" * 512): pass
    except OSError: pass
for seen in (1, 0):
    try:
        store.save("an", "t14-05", asked, "second " * 20, seen=seen, edited=now)
    except StorageError as error:
        print("refused", error.tell("vi")[:8])
    found = {p.name: p.read_bytes() for p in folder.glob("*/*/*")}
    found = {name: data for name, data in found.items() if data or name in state}
    assert found == state, found
filler.unlink()
print(store.save("an", "t14-05", asked, "third", seen=1, edited=now).revision)
"""


@pytest.mark.slow
def test_a_full_disk_leaves_the_earlier_answers_and_says_so(tmp_path):
    """On a file system that is really full the edit is refused, the store is as before and works again."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size=32k tmpfs {disk} && exec "$0" -c "$1" {disk}'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, sys.executable, FULL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("this machine lets no ordinary user mount a file system of a known size")
    assert done.stderr == ""
    assert done.stdout.split("\n") == ["refused Chưa lưu", "refused Chưa lưu", "2", ""]


def test_a_place_that_can_not_be_written_is_told(tmp_path):
    """A store below something that is no folder refuses with a sentence."""
    (tmp_path / "answers").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="Chưa lưu được"):
        save(AnswerStore(tmp_path / "answers", clock=lambda: NOON), "a", 0)


def test_a_long_history_is_cut_in_half(store, monkeypatch):
    """The history does not grow without end; the newest entries stay."""
    monkeypatch.setattr("hocvuso.exchange.answers.MAX_HISTORY", 2000)
    for i in range(60):
        save(store, "ab"[i % 2], i, 60 - i)
    entries = history(store)
    assert len(entries) < 40
    assert entries[-1]["revision"] == 59


def test_merging_takes_the_newer_answer_per_question():
    """A working copy from JupyterLab and the site's store become one; times in the future count as now."""
    site = AnswerBook(lesson="t", edition="t").with_answer("a", "site", edited=NOON - timedelta(hours=1))
    site = site.with_answer("b", "site", edited=NOON - timedelta(hours=1))
    site = site.with_answer("c", "site", edited=NOON)
    lab = AnswerBook().with_answer("a", "lab", edited=NOON - timedelta(minutes=1))
    lab = lab.with_answer("b", "lab", edited=NOON - timedelta(hours=2))
    lab = lab.with_answer("c", "lab", edited=NOON + timedelta(days=9)).with_answer("d", "lab", edited=NOON)
    merged = merge(site, lab, NOON)
    assert {q: merged.value(q) for q in "abcd"} == {"a": "lab", "b": "site", "c": "site", "d": "lab"}


@pytest.mark.parametrize(
    ("edition", "lesson"), [("t14-05", "t14-05"), ("t14-05-e2", "t14-05"), ("t1-e12", "t1")]
)
def test_an_edition_names_its_lesson(edition, lesson):
    """The number of the edition is not part of the lesson's id."""
    assert lesson_of(edition) == lesson
