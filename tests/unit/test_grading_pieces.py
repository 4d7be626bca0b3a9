"""What is kept, put together or written in a quicker way is, byte for byte, what the plain way gives."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from hocvuso.exchange.claims import Claims
from hocvuso.exchange.receipts import canonical
from hocvuso.grading.autograded import NotebookForm
from hocvuso.grading.feedback import feedback_page, page_of
from hocvuso.grading.files import Workshop, overwrite_file, write_file
from hocvuso.grading.nbgrader_rows import _key
from hocvuso.grading.result import Evidence, Result, result_bytes
from hocvuso.grading.sheet import MOST_KEPT, Sheet
from hocvuso.lessons.master import CodeCell, Master
from hocvuso.questions import Choice, ShortText

EIGHT = datetime(2026, 11, 21, 8, tzinfo=UTC)
LINES = '"questions": [],\n "evidence": <b>{}</b>\n&'
QUESTIONS = (
    Choice("c1", f"Chọn? {LINES}", options={"a": "A <script>", "b": "B"}, key="a", why=LINES),
    ShortText("t1", "Viết?", accept=["đúng"], ignore_accents=True, why="Vì."),
)


def code_cell(name: str, source: str) -> dict:
    return {
        "cell_type": "code", "id": name, "metadata": {"nbgrader": {"grade_id": name}}, "source": source,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "cũ"}], "execution_count": 3,
    }  # fmt: skip


def master() -> Master:
    cells = [
        {"cell_type": "markdown", "id": "m", "metadata": {}, "source": ["# Bài\n", LINES]},
        code_cell("c1", "mark({})"),
        code_cell("s1", "### BEGIN SOLUTION"),
        code_cell("k1", "assert giải"),
        code_cell("t1", "mark({})"),
    ]
    notebook = {"cells": cells, "metadata": {"x": "ă"}, "nbformat": 4, "nbformat_minor": 5}
    code = (CodeCell("solution", "s1", 0, ""), CodeCell("test", "k1", 2, "assert giải"))
    return Master("t26-91", "t26-91", QUESTIONS, code, "ab" * 32, notebook)


ANSWERS = [
    {}, {"c1": "a", "t1": "Đúng"}, {"c1": "b", "t1": LINES}, {"c1": ["a"], "t1": 1}, {"c1": True, "t1": 1.0},
]  # fmt: skip


@pytest.mark.parametrize("values", ANSWERS)
@pytest.mark.parametrize("state", ["graded", "partly", "refused"])
def test_a_record_put_together_is_the_record(values, state):
    """Result and feedback page are the same from kept parts as from a record made in one piece; the parts are kept."""
    sheet = Sheet(master())
    pieces = list(sheet.pieces(values).values())
    assert list(sheet.pieces(values).values()) == pieces
    evidence = Evidence(engine="0", master="", submission="", receipt="r")
    head = Result(
        learner="an", lesson="t26-91", edition="t26-91", submission=LINES, state=state, points=1, out_of=2,
        handed_in=EIGHT, graded=EIGHT, via="page", evidence=evidence,
    )  # fmt: skip
    whole = head.model_copy(update={"questions": tuple(piece.result for piece in pieces)})
    assert (
        result_bytes(head, [piece.text for piece in pieces]).decode("utf-8")
        == whole.model_dump_json(indent=1) + "\n"
    )
    assert Result.model_validate_json(result_bytes(head)) == head
    assert page_of(head, [piece.section for piece in pieces]).decode("utf-8") == feedback_page(whole)
    assert "<script>" not in feedback_page(whole)


@pytest.mark.parametrize("values", ANSWERS)
def test_what_is_kept_is_what_the_rule_gives(values):
    """1, 1.0, true and "1" are different answers; a kept mark is the mark."""
    sheet = Sheet(master())
    for _ in range(2):
        for question in QUESTIONS:
            piece = sheet.pieces(values)[question.id]
            assert piece.mark == question.score(values.get(question.id))
            assert (piece.your or "") == question.show_answer(values.get(question.id))


def test_the_store_of_pieces_is_bounded():
    """However many different answers there are, only so many are kept, and long ones never."""
    sheet = Sheet(master())
    for number in range(MOST_KEPT + 10):
        sheet.pieces({"t1": f"câu {number}"})
    assert len(sheet._kept) <= MOST_KEPT
    kept = len(sheet._kept)
    sheet.pieces({"t1": "dài " * 500})
    assert len(sheet._kept) == kept


def test_a_damaged_answer_counts_only_where_there_is_no_other():
    """What could not be read is malformed; a sound answer to the same question is scored."""
    sheet = Sheet(master())
    assert sheet.pieces({}, ("c1",))["c1"].mark.state == "malformed"
    assert sheet.pieces({"c1": "a"}, ("c1",))["c1"].mark.state == "right"


def test_a_notebook_with_holes_filled_is_the_notebook():
    """As if the whole notebook had been written anew: outputs cleared, solutions and outputs in their places."""
    made = json.loads(json.dumps(master().notebook))
    outputs = [{"output_type": "stream", "name": "stdout", "text": LINES}]
    source = f"# {LINES}\nhocvuso-hole-1"
    for cell in made["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        if cell["id"] == "s1":
            cell["source"] = source
        elif cell["id"] in {"c1", "k1", "t1"}:
            cell["outputs"] = outputs
    found = NotebookForm(master()).filled(
        lambda _: NotebookForm.value(source), lambda _: NotebookForm.value(outputs)
    )
    assert found.decode("utf-8") == json.dumps(made, ensure_ascii=False, indent=1) + "\n"


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.text(max_size=8) | st.integers(-9, 9) | st.dictionaries(st.text(max_size=4), st.text(max_size=4)),
    )
)
def test_the_canonical_form_is_that_of_the_standard(record):
    """Whichever way is taken, the bytes are those of RFC 8785; also where code points and UTF-16 sort differently."""
    try:
        expected = rfc8785.dumps(record)
    except ValueError:
        with pytest.raises(ValueError, match=r".*"):
            canonical(record)
        return
    assert canonical(record) == expected


def test_the_canonical_form_sorts_as_the_standard_does():
    """An emoji comes before a private-use character in UTF-16, after it by code point."""
    record = {"\ue000": "a", "\U0001f600": "b", "c": {"\ue000": "a", "\U0001f600": "b"}}
    assert canonical(record) == rfc8785.dumps(record)


def test_a_key_of_a_row_is_a_random_uuid():
    """Version 4, as nbgrader's own; no two the same."""
    keys = {_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(len(key) == 32 and key[12] == "4" and key[16] in "89ab" for key in keys)


# files


def test_a_file_is_written_whole_over_what_a_killed_process_left(tmp_path):
    """Also into a folder that is not there yet; no temporary name stays."""
    path = tmp_path / "a" / "b" / "c.json"
    write_file(path, b"1")
    (path.parent / ".c.json.part").write_bytes(b"half")
    write_file(path, b"2")
    assert [(p.name, p.read_bytes()) for p in path.parent.iterdir()] == [("c.json", b"2")]


def test_a_file_that_can_not_be_put_in_place_leaves_nothing(tmp_path):
    """A folder stands where the file should be: an error, and no temporary file."""
    (tmp_path / "c.json" / "x").mkdir(parents=True)
    with pytest.raises(OSError, match=r"c\.json"):
        write_file(tmp_path / "c.json", b"1")
    assert [p.name for p in tmp_path.iterdir()] == ["c.json"]


@pytest.mark.parametrize("length", [0, 1, 5000, 100_000])
def test_a_file_is_written_over_in_place(tmp_path, length):
    """Longer or shorter than before; the file stays the same one, and one that is missing is made."""
    path = tmp_path / "a" / "page.html"
    overwrite_file(path, b"first" * 1000)
    number = path.stat().st_ino
    overwrite_file(path, b"x" * length)
    assert path.read_bytes() == b"x" * length
    assert path.stat().st_ino == number
    assert [p.name for p in path.parent.iterdir()] == ["page.html"]


@pytest.mark.parametrize("kind", ["link", "symlink", "fifo"])
def test_only_a_file_of_its_own_is_written_over(tmp_path, kind):
    """What is linked from elsewhere (a backup) keeps its content; the place gets a file of its own."""
    path, backup = tmp_path / "page.html", tmp_path / "backup"
    backup.write_bytes(b"old")
    {"link": lambda: os.link(backup, path), "symlink": lambda: path.symlink_to(backup),
     "fifo": lambda: os.mkfifo(path)}[kind]()  # fmt: skip
    overwrite_file(path, b"new")
    assert (backup.read_bytes(), path.read_bytes(), path.is_symlink()) == (b"old", b"new", False)


def test_a_full_disk_leaves_a_file_that_would_be_written_over(tmp_path):
    """The error comes before anything has changed."""
    path = tmp_path / "page.html"
    path.write_bytes(b"old")
    code = """
import resource, signal, sys
from hocvuso.grading.files import overwrite_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    overwrite_file(sys.argv[1], b"x" * 10_000)
except OSError as error:
    print(error.strerror)
"""
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert (done.stdout, path.read_bytes()) == ("File too large\n", b"old")


def test_a_folder_takes_the_place_of_another_one(tmp_path):
    """The new files and no old one; nothing is left on the bench."""
    shop = Workshop([str(tmp_path)])
    for content in ({"a": b"1", "x/y": b"2"}, {"a": b"3"}):
        shop.put(str(tmp_path), "an/t26-91", content)
        found = {str(p.relative_to(tmp_path / "an" / "t26-91")): p.read_bytes()
                 for p in (tmp_path / "an" / "t26-91").rglob("*") if p.is_file()}  # fmt: skip
        assert found == content
    shop.close()
    assert list((tmp_path / ".staging").iterdir()) == []


def test_a_workshop_clears_up_after_the_dead_and_not_after_the_living(tmp_path):
    """What a killed process left is gone; another one's bench stays."""
    dead = tmp_path / ".staging" / "1-dead" / "0"
    dead.mkdir(parents=True)
    first = Workshop([str(tmp_path)])
    living = set((tmp_path / ".staging").iterdir())
    second = Workshop([str(tmp_path)])
    assert not dead.exists()
    assert living < set((tmp_path / ".staging").iterdir())
    first.close()
    second.close()


# claims


def test_two_graders_never_hold_the_same(tmp_path):
    """Nor does one hold it twice; what is given up, or whose holder is gone, can be taken."""
    first = Claims(tmp_path)
    with Claims(tmp_path) as second:
        assert first.take("an+t14-05")
        assert not first.take("an+t14-05")
        assert not second.take("an+t14-05")
        assert second.take("an+t14-06")
        second.free("an+t14-05")  # not the holder
        assert not second.take("an+t14-05")
        first.free("an+t14-05")
        assert second.take("an+t14-05")
        assert not first.take("an+t14-05")
    assert first.take("an+t14-05")
    with first:
        pass


HOLDER = """
import sys
from pathlib import Path
from hocvuso.exchange.claims import Claims
claims = Claims(Path(sys.argv[1]))
print(claims.take("an+t14-05"), flush=True)
sys.stdin.read()
"""


def test_a_claim_ends_with_its_process(tmp_path):
    """Killed, it holds nothing any more."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other,
        Claims(tmp_path) as claims,
    ):
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert not claims.take("an+t14-05")
        other.kill()
        other.wait(60)
        assert claims.take("an+t14-05")


def test_a_claim_outlives_another_look_at_its_file(tmp_path):
    """A part of the process that opens and closes the file gives nothing up, as it would with a process's own locks."""
    with Claims(tmp_path) as first, Claims(tmp_path) as second:
        assert first.take("an+t14-05")
        handle = os.open(tmp_path / "claims.lock", os.O_RDWR)
        fcntl.flock(handle, fcntl.LOCK_SH)
        os.close(handle)
        assert not second.take("an+t14-05")


def test_a_folder_for_claims_is_made(tmp_path: Path):
    """The first grader of a course finds none."""
    with Claims(tmp_path / "var" / "grader") as claims:
        assert claims.take("x")
