"""A dirty table: repairs count, damage takes away, and how a thing is written matters only where it should."""

from __future__ import annotations

import json
import unicodedata
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hocvuso.errors import AnswerError
from hocvuso.questions import TableCleaning, check_answer, explain, from_record, front_module
from hocvuso.questions.table.cells import is_readable, same
from hocvuso.questions.table.example import EXAMPLE
from hocvuso.questions.table.model import DELETED, LONGEST_CELL

COLUMNS = {"xa": ("Xã", "text"), "ngay": ("Ngày", "date"), "so": ("Số", "number")}
ROWS = {
    "r1": ["Xã Mẫu A", "01/02/2026", "1.500"],
    "r2": ["xa mau a", "2026-02-02", "12"],
    "r3": ["Xã Mẫu B", "03/02/2026", ""],
    "r4": ["Xã Mẫu A", "1/2/2026", "1500"],
    "r5": ["Bỏ", "05/02/2026", "0"],
    "r6": ["Xã Mẫu C", "06/02/2026", "7"],
}
REPAIRS = {"r2": {"xa": ["Xã Mẫu A", "Mẫu A"], "ngay": "02/02/2026"}, "r3": {"so": "9,5"}}
FIELDS = {
    "columns": COLUMNS,
    "rows": ROWS,
    "repairs": REPAIRS,
    "delete": ["r5", ["r1", "r4"]],
    "why": "Vì thế đấy nhé.",
    "points": 5,
}
RIGHT = {"r2.xa": "Xã Mẫu A", "r2.ngay": "02/02/2026", "r3.so": "9,5", "r4": DELETED, "r5": DELETED}


def make(**fields) -> TableCleaning:
    return TableCleaning("q", "Sửa bảng?", **{**FIELDS, **fields})


def mistakes(**fields) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        make(**fields)
    told: dict[str, str] = {}
    for field, sentence in explain(caught.value):
        told[field] = f"{told.get(field, '')} {sentence}".replace("\N{NO-BREAK SPACE}", " ")
    return told


@pytest.mark.parametrize(
    ("answer", "points", "state"),
    [
        (RIGHT, 5, "right"),
        ({**RIGHT, "r2.xa": "Mẫu A", "r2.ngay": "2/2/2026", "r3.so": "9.50"}, 5, "right"),
        ({**RIGHT, "r1.so": "1500", "r6.ngay": "6/2/2026", "r6.xa": " Xã Mẫu C "}, 5, "right"),
        ({**{k: v for k, v in RIGHT.items() if k != "r4"}, "r1": DELETED}, 5, "right"),
        ({**RIGHT, "r5.xa": "gì cũng được", "r4.so": "0"}, 5, "right"),
        ({"r2.xa": "Xã Mẫu A"}, 1, "partial"),
        ({**RIGHT, "r6.xa": "Xã mẫu C"}, 4, "partial"),
        ({**RIGHT, "r6.xa": ""}, 4, "partial"),
        ({**RIGHT, "r6": DELETED}, 4, "partial"),
        ({**RIGHT, "r1": DELETED}, 4, "partial"),
        ({**RIGHT, "r2.xa": "Xã Mẫu B"}, 4, "partial"),
        ({"r2.xa": "Xã Mẫu A", "r6.so": "8"}, 0, "wrong"),
        ({"r6.so": "8"}, 0, "wrong"),
        ({"r2.ngay": "02-02-2026"}, 0, "wrong"),
        (dict.fromkeys(ROWS, DELETED), 0, "wrong"),
    ],
    ids=lambda value: None if not isinstance(value, dict) else f"{len(value)} changes",
)
def test_repairs_count_and_damage_takes_away(answer, points, state):
    """(faults repaired - right places spoilt) / faults; other ways to write the same are the same."""
    mark = make().score(answer)
    assert (mark.points, mark.state) == (points, state)


def test_damage_is_said_in_a_note():
    """Whoever loses points for zeal is told so."""
    assert "vốn đúng" in make().score({**RIGHT, "r6": DELETED}).notes[0]
    assert make().score(RIGHT).notes == make().score({"r2.xa": "sai"}).notes == ()


def test_of_equal_rows_all_but_one_are_to_go():
    """Of three equal rows two go, whichever; the third one gone is damage."""
    rows = {**ROWS, "r7": ROWS["r1"], "r8": ["Xã Mẫu D", "", ""]}
    three = make(rows=rows, repairs={}, delete=[["r1", "r4", "r7"]], points=2)
    assert three.score({"r1": DELETED, "r7": DELETED}).state == "right"
    assert three.score({"r4": DELETED}).points == 1
    assert three.score({"r1": DELETED, "r4": DELETED, "r7": DELETED}).points == 1


def test_a_cell_written_as_it_was_is_no_change():
    """An answer that changes nothing is empty, not wrong."""
    unchanged = {"r1.xa": ROWS["r1"][0], "r3.so": ""}
    assert check_answer(make().asked(), unchanged) == {}
    assert make().score(unchanged).state == "empty"


@pytest.mark.parametrize(
    "answer",
    [
        {"r9": DELETED},
        {"r1.khac": "x"},
        {"r1.xa": 3},
        {"r1.xa": None},
        {"r1": "xóa"},
        {"r1": True},
        {"r1.xa.so": "x"},
        {"r1.xa": "x" * (LONGEST_CELL + 1)},
        {"r1.xa": "\ud800"},
        ["r1"],
        DELETED,
        7,
    ],
    ids=repr,
)
def test_what_is_no_change_of_this_table_is_malformed(answer):
    """Unknown places, other values and other shapes are refused at the border."""
    assert make().score(answer).state == "malformed"
    with pytest.raises(AnswerError):
        check_answer(make().asked(), answer)


def test_a_broken_table_accepts_no_answer():
    """A question whose rows lost their cells refuses answers with a sentence instead of crashing."""
    for rows in ({"r1": 3}, {"r1": ["x"]}, 3):
        with pytest.raises(AnswerError, match="bị hỏng"):
            check_answer({**make().asked(), "rows": rows}, {"r1": DELETED})


places = st.sampled_from([*ROWS, *(f"{row}.{column}" for row in ROWS for column in COLUMNS)])
texts = st.sampled_from([DELETED, "Xã Mẫu A", "02/02/2026", "9,5", "", "sai"]) | st.text(max_size=5)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(places, texts, max_size=12))
def test_any_changes_get_a_mark_in_bounds_and_one_line_each(answer):
    """No set of changes raises; what counts as a change is told, nothing else."""
    question = make()
    mark = question.score(answer)
    assert 0 <= mark.points <= 5
    if mark.state != "malformed":
        told = question.show_answer(answer)
        assert len(told.split("\n") if told else []) == len(check_answer(question.asked(), answer))


@given(st.sampled_from(["Xã Mẫu A", "Đường Lê Lợi", "Huế"]))
def test_decomposed_text_is_the_same_text(text):
    """NFD and NFC of one text are one text, in the answer, the table and the key."""
    nfd = unicodedata.normalize("NFD", text)
    assert same("text", nfd, text)
    question = make(rows={**ROWS, "r6": [nfd, "", ""]}, repairs={"r2": {"xa": nfd}}, delete=[])
    assert question.score({"r2.xa": text, "r6.xa": nfd}).state == "right"
    assert check_answer(question.asked(), {"r6.xa": nfd}) == {}


@pytest.mark.parametrize(
    ("kind", "one", "other", "alike"),
    [
        ("text", "Xã Mẫu A", " Xã\u00a0Mẫu\u200b A ", True),
        ("text", "Xã Mẫu A", "Xã  Mẫu A", False),
        ("text", "Xã Mẫu A", "xã Mẫu A", False),
        ("text", "Xã Mẫu A", "Xa Mau A", False),
        ("text", "1500", "1.500", False),
        ("number", "1500", "1.500", True),
        ("number", "9,5", "9.50", True),
        ("number", "12", "12 triệu", False),
        ("number", "12 triệu", "12triệu", True),
        ("number", "mười", "10", False),
        ("number", "", "0", False),
        ("date", "05/03/2026", "5/3/2026", True),
        ("date", "05/03/2026", "2026-03-05", False),
        ("date", "05/03/2026", "03/05/2026", False),
        ("date", "05/03/2026", "05/03/26", False),
        ("date", "31/02/2026", "31/2/2026", False),
        ("date", "", "", True),
    ],
)
def test_cells_are_compared_as_their_column_asks(kind, one, other, alike):
    """Marks, case and inner blanks are dirt in a text; leading zeros and points between thousands are not."""
    assert same(kind, one, other) is same(kind, other, one) is alike


def test_what_can_be_read():
    """A right text that its own column can't read would be a trap."""
    assert [is_readable("date", text) for text in ("5/3/2026", "31/02/2026", "2026-03-05")] == [
        True,
        False,
        False,
    ]
    assert [is_readable("number", text) for text in ("1.500", "12 kg", "mười")] == [True, True, False]


def test_answer_and_key_are_told_line_by_line():
    """What was done is told as people see it, with what was right."""
    told = make().show_answer(
        {"r3.so": "9,5", "r4": DELETED, "r6.so": "8", "r1.so": "1500", "r2.xa": "Xã Mẫu B"}
    )
    assert told.split("\n") == [
        "Dòng 1, Số: “1.500” → “1500”",
        "✗ Dòng 2, Xã: “xa mau a” → “Xã Mẫu B”",
        "✓ Dòng 3, Số: (trống) → “9,5”",
        "✓ Dòng 4: xóa (Xã Mẫu A | 1/2/2026 | 1500)",
        "✗ Dòng 6, Số: “7” → “8”",
    ]
    assert make().show_key().split("\n")[0] == "Dòng 2, Xã: “xa mau a” → “Xã Mẫu A”"
    assert len(make().show_key().split("\n")) == 5


@pytest.mark.parametrize("question", [make(), EXAMPLE], ids=["small", "example"])
def test_what_is_asked_is_the_dirty_table_alone(question):
    """Neither the right texts nor which rows go can be read from a learner's page."""
    asked = question.asked()
    assert not asked.keys() & {"repairs", "delete", "why"}
    text = json.dumps([asked["columns"], list(asked["rows"].values())], ensure_ascii=False)
    right = [variants[0] for cells in question.repairs.values() for variants in cells.values()]
    shown = {cell for row in question.rows.values() for cell in row}
    assert not [one for one in right if f'"{one}"' in text and one not in shown]


@pytest.mark.parametrize("question", [make(), EXAMPLE], ids=["small", "example"])
def test_a_record_comes_back_equal_and_samples_hold(question):
    """A record is JSON that gives the same question, and each sample earns what its name says."""
    assert from_record(json.loads(json.dumps(question.record()))) == question
    for seed in range(30):
        assert set(question.samples(Random(seed))) == {"right", "wrong", "partial", "empty", "malformed"}
        for name, value in question.samples(Random(seed)).items():
            assert question.score(value).state == name


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"columns": {}}, "columns", "ít nhất một cột"),
        ({"columns": {"xa": "Xã"}}, "columns.xa", "một cặp"),
        ({"columns": {"xa": ("Xã", "tiền")}}, "columns.xa", "“tiền”"),
        ({"columns": {"xa": ("", "text")}}, "columns.xa.0", "để trống"),
        ({"rows": {"r1": ROWS["r1"]}}, "rows", "ít nhất hai dòng"),
        ({"rows": {**ROWS, "r3": ["Xã"]}}, "rows.r3", "1 ô, bảng có 3 cột"),
        ({"rows": {**ROWS, "r3": ["x" * 201, "", ""]}}, "rows.r3.0", "dài nhất 200"),
        ({"rows": {**ROWS, "r3": ["hai\ndòng", "", ""]}}, "rows.r3.0", "ký tự điều khiển"),
        ({"rows": {**ROWS, "r3": "Xã"}}, "rows.r3", "ngoặc vuông"),
        ({"repairs": {"r9": {"xa": "x"}}}, "repairs.r9", "“r9”"),
        ({"repairs": {"r2": {"tinh": "x"}}}, "repairs.r2.tinh", "“tinh”"),
        ({"repairs": {"r2": {"xa": []}}}, "repairs.r2.xa", "ít nhất 1"),
        ({"repairs": {"r2": "x"}}, "repairs.r2", "ngoặc nhọn"),
        ({"repairs": {"r1": {"ngay": "1/2/2026"}}, "delete": []}, "repairs.r1.ngay", "đã đúng sẵn"),
        ({"repairs": {"r2": {"ngay": "2026/02/02"}}}, "repairs.r2.ngay", "theo loại cột “date”"),
        ({"repairs": {}, "delete": []}, "delete", "không có lỗi nào"),
        ({"repairs": {"r2": {}}, "delete": []}, "delete", "không có lỗi nào"),
        ({"delete": ["r9"]}, "delete.0", "“r9”"),
        ({"delete": ["r5", "r5"]}, "delete.1", "hai lần"),
        ({"delete": ["r2"]}, "delete.0", "không cần sửa"),
        ({"delete": [["r1", "r6"]]}, "delete.0", "giống nhau"),
        ({"delete": ["r1", "r4", "r5", "r6"]}, "delete", "Nhiều nhất một nửa"),
        (
            {"rows": {"a": ROWS["r1"], "b": ROWS["r4"]}, "repairs": {}, "delete": [["a", "b"]]},
            "delete",
            "không nằm",
        ),
    ],
)
def test_a_mistake_is_told_at_its_place(fields, field, words):
    """Each mistake is named by where the author wrote it, and says what to do."""
    told = mistakes(**fields)
    assert words in told.get(field, f"nothing at {field}: {told}")


def test_all_mistakes_are_told_at_once():
    """An author mends the table in one go."""
    repairs = {"r9": {"xa": "x"}, "r2": {"tinh": "x"}}
    assert set(mistakes(repairs=repairs, why="", points=0)) == {
        "repairs.r9",
        "repairs.r2.tinh",
        "why",
        "points",
    }


def test_front_end_and_model_speak_of_the_same():
    """The word for a row that goes, and the longest cell, are written in both."""
    module = front_module("table")
    assert f'DELETED = "{DELETED}";' in module
    assert f'maxlength: "{LONGEST_CELL}"' in module
