"""answers.json is read as a stranger's file and written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from hocvuso.errors import AnswerError, StorageError
from hocvuso.questions import AnswerBook, Choice, mark
from hocvuso.questions import answers as answers_module
from hocvuso.questions.answers import save_answer

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=7)))
QUESTION = Choice("q", "Chọn?", options={"a": "Một", "b": "Hai"}, key="b", why="Vì.", points=2)
ENTRY = {"answer": "b", "revision": 3, "edited": "2026-11-21T08:00:00.000Z"}


def whole(**entries) -> dict:
    return {"format": 1, "lesson": "t14-05", "edition": "t14-05", "answers": entries}


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "t14-05-e2"
    folder.mkdir()
    return folder / "answers.json"


def put(path, data) -> None:
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())


def test_a_book_is_read_and_written_as_the_contract_says(path):
    """The file's form is what other rooms and versions rely on."""
    put(path, whole(q=ENTRY))
    book = AnswerBook.read(path)
    assert (book.lesson, book.edition, book.value("q"), book.value("other")) == (
        "t14-05",
        "t14-05",
        "b",
        None,
    )
    book.write(path)
    assert json.loads(path.read_text()) == whole(q=ENTRY)


def test_saving_makes_the_file_counts_revisions_and_keeps_the_others(path):
    """Each change is one revision more of that answer alone; the time is UTC in milliseconds."""
    for question, answer in [("q", "a"), ("khac", ["a"]), ("q", "Hỏi")]:
        assert save_answer(path, question, answer, edited=NOON) is None
    assert json.loads(path.read_text()) == {
        "format": 1,
        "lesson": "t14-05",
        "edition": "t14-05-e2",
        "answers": {
            "q": {"answer": "Hỏi", "revision": 2, "edited": "2026-11-21T05:00:00.123Z"},
            "khac": {"answer": ["a"], "revision": 1, "edited": "2026-11-21T05:00:00.123Z"},
        },
    }


BROKEN = {
    "truncated": json.dumps(whole(q=ENTRY)).encode()[:-20],
    "empty": b"",
    "not text": b"\xff\xfe\x00",
    "a list": [],
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "long number": b'{"format": 1, "answers": {"q": ' + b"9" * 5000 + b"}}",
    "too large": {**whole(q=ENTRY), "lesson": "x" * 256 * 1024},
    "another format": {**whole(q=ENTRY), "format": 2},
    "no answers": {"format": 1},
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_no_book_is_refused_with_a_sentence_and_earns_nothing(path, data, capfd):
    """`read` and `salvage` raise one error with the file's name; `mark` gives 0 and keeps stderr clean."""
    put(path, data)
    for read in (AnswerBook.read, AnswerBook.salvage):
        with pytest.raises(AnswerError, match=r"answers\.json"):
            read(path)
    assert mark(QUESTION.record(), path) == 0
    assert capfd.readouterr() == ("", "")


def test_no_file_earns_nothing(path):
    """A learner who answered nothing has no file."""
    assert mark(QUESTION.record(), path) == 0
    with pytest.raises(AnswerError, match="Không có tệp"):
        AnswerBook.read(path)


def test_only_a_plain_file_is_read(path, tmp_path):
    """A link to someone else's file is not followed, and a pipe holds nobody up."""
    put(tmp_path / "other.json", whole(q=ENTRY))
    path.symlink_to(tmp_path / "other.json")
    assert mark(QUESTION.record(), path) == 0
    path.unlink()
    os.mkfifo(path)
    assert mark(QUESTION.record(), path) == 0
    path.unlink()
    path.mkdir()
    assert mark(QUESTION.record(), path) == 0


DAMAGED = {
    "entry of a wrong type": 5,
    "no revision": {"answer": "b", "edited": ENTRY["edited"]},
    "revision true": {**ENTRY, "revision": True},
    "no time zone": {**ENTRY, "edited": "2026-11-21T08:00:00"},
    "unknown part": {**ENTRY, "points": 9},
    "NaN": {**ENTRY, "answer": float("nan")},
    "deep": {**ENTRY, "answer": [[[[[[[[[["b"]]]]]]]]]]},
    "large": {**ENTRY, "answer": "x" * 21_000},
    "surrogate": {**ENTRY, "answer": "\ud800"},
    "surrogate in a key": {**ENTRY, "answer": {"\ud800": 1}},
    "huge number": {**ENTRY, "answer": 10**40},
}


@pytest.mark.parametrize("entry", DAMAGED.values(), ids=DAMAGED)
def test_one_bad_entry_does_not_spoil_the_others(path, entry):
    """`salvage` keeps the good ones and names the bad one; `read` refuses the file."""
    put(path, whole(q=ENTRY, hong=entry))
    book, damaged = AnswerBook.salvage(path)
    assert (list(book.answers), damaged) == (["q"], ("hong",))
    assert mark(QUESTION.record(), path) == 2
    with pytest.raises(AnswerError):
        AnswerBook.read(path)


def test_unknown_ids_are_kept_and_impossible_ones_named(path):
    """The grader reports ids that the edition does not have; what can't be an id is no answer."""
    put(path, whole(q=ENTRY, **{"la-cau-nao": ENTRY, "../x": ENTRY, "\ud800" * 999: ENTRY}))
    book, damaged = AnswerBook.salvage(path)
    assert list(book.answers) == ["q", "la-cau-nao"]
    assert damaged[0] == "../x"
    assert all(len(name.encode()) < 300 for name in damaged)


def test_an_answer_of_the_wrong_type_is_kept_for_the_score_to_judge(path):
    """What is JSON but not this question's shape is `malformed`, not lost."""
    put(path, whole(q={**ENTRY, "answer": {"a": 1}}))
    book, damaged = AnswerBook.salvage(path)
    assert damaged == ()
    assert QUESTION.score(book.value("q")).state == "malformed"


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "Ổ đĩa đã đầy"), (errno.EACCES, "Không có quyền"), (errno.EIO, "Không ghi")],
)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_file(path, monkeypatch, call, number, words):
    """Disk full or no right: the learner is told, the old answers stay, no half file is left."""
    save_answer(path, "q", "a", edited=NOON)
    before = path.read_bytes()

    def fail(*args):
        raise OSError(number, "no")

    monkeypatch.setattr(answers_module.os, call, fail)
    with pytest.raises(StorageError, match=words):
        save_answer(path, "q", "b", edited=NOON)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["answers.json"]


def test_a_missing_folder_is_a_storage_error(tmp_path):
    """There is no place to write to: a sentence, not a traceback."""
    with pytest.raises(StorageError):
        save_answer(tmp_path / "none" / "answers.json", "q", "b", edited=NOON)


@pytest.mark.parametrize("data", [b"{", whole(q=ENTRY, hong=5)], ids=["unreadable", "one bad entry"])
def test_a_damaged_file_is_kept_aside_before_it_is_replaced(path, data):
    """The learner's next answer is saved, what is sound stays, and what was there is not thrown away."""
    put(path, data)
    before = path.read_bytes()
    aside = save_answer(path, "moi", "b", edited=NOON)
    assert aside is not None
    assert aside.read_bytes() == before
    assert set(AnswerBook.read(path).answers) == ({"moi"} if data == b"{" else {"q", "moi"})


def test_a_book_can_not_outgrow_its_bounds(path):
    """What would be too large to read again is not written."""
    book = AnswerBook()
    with pytest.raises(AnswerError):
        book.with_answer("q", "x" * 21_000, edited=NOON)
    with pytest.raises(AnswerError):
        book.with_answer("Mã sai", "x", edited=NOON)
    for number in range(14):
        book = book.with_answer(f"q{number}", "x" * 20_000, edited=datetime.now(UTC))
    with pytest.raises(AnswerError, match="256 kB"):
        book.write(path)
    assert not path.exists()


def test_marks_are_plain_ints(path):
    """A result that nbgrader can't read as a number would earn full points."""
    save_answer(path, "q", "b", edited=NOON)
    points = mark(QUESTION.record(), str(path))
    assert type(points) is int
    assert repr(points) == "2"


def test_who_may_read_the_file_stays_as_it_was(path):
    """A new file follows the process's umask: a collector can read it; a later write keeps the mode."""
    before = os.umask(0o027)
    try:
        save_answer(path, "q", "b", edited=NOON)
        assert path.stat().st_mode & 0o777 == 0o640
        path.chmod(0o600)
        save_answer(path, "q", "a", edited=NOON)
        assert path.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


def test_two_processes_lose_nothing(path):
    """Two notebooks that save at the same time into one file keep each other's answers."""
    code = (
        "import sys, pathlib, datetime\n"
        "from hocvuso.questions.answers import save_answer\n"
        "for n in range(20):\n"
        "    now = datetime.datetime.now(datetime.UTC)\n"
        "    save_answer(pathlib.Path(sys.argv[1]), sys.argv[2], n, edited=now)\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, path, name]) for name in ("mot", "hai")]
    assert [process.wait(60) for process in running] == [0, 0]
    found = AnswerBook.read(path).answers
    assert {name: record.revision for name, record in found.items()} == {"mot": 20, "hai": 20}
