"""Handing in: whole or not at all, signed, and as nbgrader names it."""

from __future__ import annotations

import itertools
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from nbgrader.utils import parse_utc

from hocvuso.errors import ReceiptError, SetupError, StorageError, SubmissionError
from hocvuso.exchange import folders
from hocvuso.exchange.answers import AnswerStore
from hocvuso.exchange.collect import SECRET, find_waiting, take_in
from hocvuso.exchange.receipts import PublicKey, Receipt, SiteKey, check
from hocvuso.exchange.submit import submit
from hocvuso.places import Places, folder_of
from hocvuso.questions import Choice

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 21, 8, 30, 15, 123456, tzinfo=UTC)
ASKED = Choice("c1", "Chọn?", options={"a": "A", "b": "B"}, key="a", why="Vì A.").asked()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A course with one released edition."""
    (tmp_path / "release" / "t14-05").mkdir(parents=True)
    (tmp_path / "release" / "t14-05" / "t14-05.ipynb").write_text('{"cells": []}', encoding="utf-8")
    places = Places(tmp_path)
    places.inbound.mkdir(parents=True)
    return places


@pytest.fixture
def key(places: Places) -> SiteKey:
    """The site's key."""
    return SiteKey.load_or_make(places.site_keys)


ids = itertools.count(1)


def hand_in(places: Places, key: SiteKey, learner: str = "an", at: datetime = NOW) -> Receipt:
    """Save an answer and hand in."""
    store = AnswerStore(places.answers, clock=lambda: at)
    store.save(learner, "t14-05", ASKED, "a", seen=len(store.read(learner, "t14-05").answers), edited=at)
    return submit(places, store, key, learner, "t14-05", now=at, new_id=lambda: f"id-{next(ids)}")


def test_a_submission_is_named_as_nbgrader_reads_it(places, key):
    """nbgrader's own way of taking the name apart gives learner, edition and time."""
    hand_in(places, key)
    (folder,) = places.inbound.iterdir()
    learner, edition, timestamp, _ = folder.name.rsplit("+", 3)
    assert (learner, edition, parse_utc(timestamp)) == ("an", "t14-05", NOW.replace(tzinfo=None))
    assert parse_utc((folder / "timestamp.txt").read_text("utf-8")) == NOW.replace(tzinfo=None)


def test_a_receipt_holds_for_what_was_handed_in_and_for_nothing_else(places, key):
    """The public key confirms the folder as it came; any changed, added or missing file breaks it."""
    receipt = hand_in(places, key)
    folder = places.inbound / receipt.submission
    public = PublicKey.load(places.site_keys)
    record = json.loads((folder / "receipt.json").read_bytes())
    assert record == receipt.record()
    assert check(record, public, folder) == receipt
    (folder / "extra.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ReceiptError):
        check(record, public, folder)
    (folder / "extra.txt").unlink()
    answers = (folder / "answers.json").read_text("utf-8")
    (folder / "answers.json").write_text(answers.replace('"a"', '"b"'), encoding="utf-8")
    with pytest.raises(ReceiptError):
        check(record, public, folder)


@pytest.mark.parametrize(
    "change", [{"learner": "binh"}, {"handed_in": "2026-11-20T00:00:00Z"}, {"signature": "x"}, {"id": None}]
)
def test_an_altered_receipt_is_refused(places, key, change):
    """Nothing on a receipt can be changed without the key."""
    receipt = hand_in(places, key)
    with pytest.raises(ReceiptError):
        check(
            receipt.record() | change, PublicKey.load(places.site_keys), places.inbound / receipt.submission
        )


def test_a_double_click_makes_two_whole_submissions(places, key):
    """Eight requests at the same instant leave eight folders, each confirmed by its own receipt."""
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: hand_in_again(places, key), range(8)))
    assert len({r.submission for r in receipts}) == 8
    assert {p.name for p in places.inbound.iterdir()} == {r.submission for r in receipts}
    for receipt in receipts:
        check(receipt.record(), key.public, places.inbound / receipt.submission)


def hand_in_again(places: Places, key: SiteKey) -> Receipt:
    """Hand in what is stored."""
    store = AnswerStore(places.answers, clock=lambda: NOW)
    return submit(places, store, key, "an", "t14-05", now=NOW, new_id=lambda: f"id-{next(ids)}")


def test_a_failed_write_leaves_nothing_half_made(places, key, monkeypatch):
    """When the disk fails in the middle, neither inbound nor staging holds a part of the submission."""
    real = os.fsync
    calls = itertools.count()

    def failing(handle: int) -> None:
        if next(calls) == 2:
            raise OSError(28, "No space left on device")
        real(handle)

    store = AnswerStore(places.answers, clock=lambda: NOW)
    monkeypatch.setattr(folders.os, "fsync", failing)
    with pytest.raises(StorageError, match="Chưa nộp được"):
        submit(places, store, key, "an", "t14-05", now=NOW, new_id=lambda: "x")
    assert list(places.inbound.iterdir()) == []
    assert list(places.staging.iterdir()) == []


def test_what_is_not_released_can_not_be_handed_in(places, key):
    """An edition without a released notebook is refused with a sentence."""
    store = AnswerStore(places.answers, clock=lambda: NOW)
    with pytest.raises(SubmissionError, match="chưa được phát hành"):
        submit(places, store, key, "an", "t99-01", now=NOW, new_id=lambda: "x")


def test_processes_agree_on_one_key(places):
    """Ten first starts at once make one key, private to its owner."""
    with ThreadPoolExecutor(10) as pool:
        made = list(pool.map(lambda _: SiteKey.load_or_make(places.site_keys).public.id, range(10)))
    assert len(set(made)) == 1
    assert (places.site_keys / "receipts.key").stat().st_mode & 0o077 == 0


def test_a_damaged_key_is_told_not_replaced(places, key):
    """A broken key file stops the site instead of silently making receipts void."""
    (places.site_keys / "receipts.key").write_text("zz", encoding="utf-8")
    with pytest.raises(SetupError):
        SiteKey.load_or_make(places.site_keys)


# collecting


def lab(places: Places, learner: str, name: str) -> Path:
    """A complete folder that a learner's JupyterLab handed in."""
    folder = places.labs / folder_of(learner) / "inbound" / name
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2020-01-01 00:00:00.0 UTC", encoding="utf-8")
    (folder / SECRET).write_text("ab" * 64, encoding="ascii")
    return folder


def taken(places: Places, key: SiteKey):
    """Everything that waits, taken in."""
    return [take_in(w, key, NOW, f"r{next(ids)}") for w in find_waiting(places)]


def test_a_site_submission_is_taken_in_under_its_receipt(places, key):
    """Learner, edition and time are those that the site signed."""
    receipt = hand_in(places, key, "nguyễn")
    (one,) = taken(places, key)
    assert (one.fault, one.receipt, one.waiting.learner, one.waiting.handed_in) == (
        None,
        receipt,
        "nguyễn",
        NOW,
    )


@pytest.mark.parametrize("way", ["no receipt", "renamed", "resigned", "not json"])
def test_a_folder_that_the_site_did_not_sign_is_nobodys(places, key, way, tmp_path):
    """Without the site's signature for exactly this folder, no learner is charged with it."""
    receipt = hand_in(places, key)
    folder = places.inbound / receipt.submission
    path = folder / "receipt.json"
    if way == "no receipt":
        path.unlink()
    elif way == "renamed":
        folder.rename(places.inbound / receipt.submission.replace("an+", "binh+"))
    elif way == "resigned":
        path.write_text(
            json.dumps(SiteKey.load_or_make(tmp_path / "other").sign(receipt).record()), encoding="utf-8"
        )
    else:
        path.write_text("[" * 100_000, encoding="utf-8")
    (one,) = taken(places, key)
    assert one.waiting.learner is None
    assert isinstance(one.fault, ReceiptError)


def test_a_signed_folder_that_was_changed_keeps_its_learner_and_a_fault(places, key):
    """The receipt says whose it is; the hash says that it can't be graded."""
    receipt = hand_in(places, key)
    (places.inbound / receipt.submission / "answers.json").write_text("{}", encoding="utf-8")
    (one,) = taken(places, key)
    assert (one.waiting.learner, type(one.fault)) == ("an", ReceiptError)


def test_a_labs_folder_is_the_identity(places, key):
    """Whatever the handed-in name, time or receipt claims, the lab's owner handed it in, now."""
    folder = lab(places, "an", "binh+t14-05+2020-01-01 00:00:00.0 UTC+xyz")
    (folder / "receipt.json").write_text('{"learner": "binh"}', encoding="utf-8")
    (one,) = taken(places, key)
    assert (one.waiting.learner, one.waiting.edition, one.waiting.handed_in) == ("an", "t14-05", NOW)
    assert (one.receipt.learner, one.receipt.via, one.receipt.handed_in) == ("an", "jupyterlab", NOW)
    assert set(one.files) == {"timestamp.txt", SECRET}
    assert key.public.holds(one.receipt)


def test_a_folder_that_is_still_being_filled_waits(places, key):
    """nbgrader writes its secret last; before that, or while the file is still empty, nothing is taken."""
    folder = lab(places, "an", "an+t14-05+2020-01-01 00:00:00.0 UTC")
    (folder / SECRET).write_bytes(b"")
    assert taken(places, key) == []
    (folder / SECRET).unlink()
    assert taken(places, key) == []


@pytest.mark.parametrize("trick", ["link", "folder link", "pipe", "big", "many", "deep", "name", "folder"])
def test_tricks_in_a_handed_in_folder_are_refused(places, key, trick, tmp_path):
    """Links, pipes, floods and odd names never reach the grader; the learner gets a reason."""
    folder = lab(places, "an", "an+t14-05+2020-01-01 00:00:00.0 UTC")
    (tmp_path / "secret").mkdir()
    if trick == "link":
        (folder / "a").symlink_to("/etc/passwd")
    elif trick == "folder link":
        (folder / "a").symlink_to(tmp_path / "secret")
    elif trick == "pipe":
        os.mkfifo(folder / "a")
    elif trick == "big":
        with (folder / "a").open("wb") as file:
            file.truncate(11 * 2**20)
    elif trick == "many":
        for i in range(201):
            (folder / str(i)).touch()
    elif trick == "deep":
        (folder / "a/b/c/d/e/f").mkdir(parents=True)
    elif trick == "folder":
        (folder / "answers.json").mkdir()
        (folder / "answers.json" / "x").touch()
    else:
        (folder / "a\nb").touch()
    (one,) = taken(places, key)
    assert isinstance(one.fault, SubmissionError)
    assert one.waiting.learner == "an"


def test_links_instead_of_folders_are_not_followed(places, key, tmp_path):
    """A lab whose inbound, or a submission in it, is a link leads nowhere."""
    target = tmp_path / "elsewhere"
    (target / "an+t14-05+x").mkdir(parents=True)
    (target / "an+t14-05+x" / SECRET).write_text("ab" * 64, encoding="ascii")
    (places.labs / "an").mkdir(parents=True)
    (places.labs / "an" / "inbound").symlink_to(target)
    (places.labs / "binh" / "inbound").mkdir(parents=True)
    (places.labs / "binh" / "inbound" / "binh+t14-05+x").symlink_to(target / "an+t14-05+x")
    assert taken(places, key) == []


def test_a_lab_that_can_not_be_listed_stops_nobody(places, key):
    """A learner who puts a file in the place of the folder keeps only their own submissions back."""
    (places.labs / "an").mkdir(parents=True)
    (places.labs / "an" / "inbound").write_text("", encoding="utf-8")
    lab(places, "binh", "binh+t14-05+2020-01-01 00:00:00.0 UTC")
    assert [one.waiting.learner for one in taken(places, key)] == ["binh"]


@pytest.mark.parametrize(
    "name", ["x" * 250, "an+t14-05+\n", b"an+t14-05+\xff".decode("utf-8", "surrogateescape")]
)
def test_a_name_that_no_log_can_hold_gets_a_stand_in(places, key, name):
    """Names that are too long or unreadable can be written down all the same, each as its own."""
    lab(places, "an", name)
    (one,) = taken(places, key)
    assert one.waiting.name.isprintable()
    assert len(one.waiting.name) < 120
    one.waiting.clear()
    assert taken(places, key) == []


def test_clearing_follows_no_link(places, key, tmp_path):
    """When a lab's owner swaps the folder for a link after it was read, what the link shows stays."""
    folder = lab(places, "an", "an+t14-05+2020-01-01 00:00:00.0 UTC")
    (one,) = taken(places, key)
    target = tmp_path / "elsewhere"
    folder.parent.rename(target)
    folder.parent.symlink_to(target)
    one.waiting.clear()
    assert (target / folder.name / "timestamp.txt").exists()


def test_one_lesson_can_be_asked_for(places, key):
    """Only submissions to that lesson, or to any edition of it, come."""
    hand_in(places, key)
    lab(places, "an", "an+t20-01-e2+2020-01-01 00:00:00.0 UTC")
    assert [w.edition for w in find_waiting(places, "t20-01")] == ["t20-01-e2"]
    assert [w.edition for w in find_waiting(places, "t14-05")] == ["t14-05"]
