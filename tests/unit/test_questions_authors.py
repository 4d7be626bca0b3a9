"""Authors are told every mistake of a question at once, in sentences."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

import hocvuso.questions
from hocvuso.questions import (
    Choice,
    Classify,
    Form,
    FreeText,
    Hotspot,
    Match,
    MultipleChoice,
    Number,
    Order,
    ShortText,
    explain,
    from_record,
)
from hocvuso.questions.mistakes import _OTHER

OPTIONS = {"a": "Một", "b": "Hai"}
GROUPS = {"g": "Nhóm", "h": "Khác"}
ITEMS = {"x": ("Tin", "g"), "y": ("Thư", "h")}
SCENE = "[[a|Một]] và [[b|hai]] và [[c|ba]]"
FIELDS = {
    "ten": {"type": "short_text", "prompt": "Tên", "accept": ["A"]},
    "sinh": {"type": "date", "prompt": "Sinh", "value": "1975-09-05"},
}


def mistakes(make, *args, **fields) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        make(*args, **fields)
    return dict(explain(caught.value))


@pytest.mark.parametrize(
    ("make", "fields", "field", "words"),
    [
        (Choice, {"options": OPTIONS, "key": "z"}, "key", "“z” không phải là mã của phương án nào"),
        (Choice, {"options": OPTIONS}, "key", "Còn thiếu"),
        (Choice, {"options": {"a": "Một", "b": " một"}, "key": "a"}, "options.b", "trùng nội dung"),
        (Choice, {"options": {"a": "Một"}, "key": "a"}, "options", "ít nhất hai phương án"),
        (Choice, {"options": {"a": "Một", "B b": "Hai"}, "key": "a"}, "options.B b", "Mã chỉ gồm"),
        (Choice, {"options": {"a": "Một", "b": " "}, "key": "a"}, "options.b", "để trống"),
        (Choice, {"options": ["a", "b"], "key": "a"}, "options", "ngoặc nhọn"),
        (Choice, {"options": OPTIONS, "key": 1}, "key", "phải là chữ"),
        (Choice, {"options": OPTIONS, "key": "a", "points": 0}, "points", "từ 1 trở lên"),
        (Choice, {"options": OPTIONS, "key": "a", "points": 21}, "points", "nhiều nhất là 20"),
        (Choice, {"options": OPTIONS, "key": "a", "points": True}, "points", "số nguyên"),
        (Choice, {"options": OPTIONS, "key": "a", "points": 1.5}, "points", "số nguyên"),
        (Choice, {"options": OPTIONS, "key": "a", "hint": "x"}, "hint", "không có mục nào tên như vậy"),
        (Choice, {"options": OPTIONS, "key": "a", "why": ""}, "why", "để trống"),
        (Choice, {"options": OPTIONS, "key": "a", "why": "\x07"}, "why", "ký tự điều khiển"),
        (Choice, {"options": OPTIONS, "key": "a", "why": "x" * 5000}, "why", "dài nhất"),
        (MultipleChoice, {"options": OPTIONS, "keys": []}, "keys", "ít nhất một đáp án"),
        (MultipleChoice, {"options": OPTIONS, "keys": "a"}, "keys", "ngoặc vuông"),
        (MultipleChoice, {"options": OPTIONS, "keys": ["a", "a"]}, "keys", "hai lần"),
        (MultipleChoice, {"options": OPTIONS, "keys": ["a", "b"]}, "keys", "ít nhất một phương án sai"),
        (MultipleChoice, {"options": OPTIONS, "keys": ["a", "z"]}, "keys.1", "“z”"),
        (
            Classify,
            {"groups": GROUPS, "items": {**ITEMS, "x": ("T", "k"), "z": ("U", "g")}},
            "items.x",
            "không có nhóm",
        ),
        (Classify, {"groups": {**GROUPS, "i": "Thừa"}, "items": ITEMS}, "items", "“i” không có phần tử nào"),
        (Classify, {"groups": {"g": "Một"}, "items": ITEMS}, "groups", "ít nhất hai nhóm"),
        (Classify, {"groups": GROUPS, "items": {}}, "items", "ít nhất một phần tử"),
        (Classify, {"groups": GROUPS, "items": {"x": "Tin", "y": ("Thư", "h")}}, "items.x", "một cặp"),
        (ShortText, {"accept": []}, "accept", "ít nhất một câu trả lời"),
        (ShortText, {"accept": ["…"]}, "accept.0", "chỉ gồm dấu câu"),
        (ShortText, {"accept": ["a"], "ignore_accents": 1}, "ignore_accents", "True hoặc False"),
        (Number, {"value": 1, "tolerance": -1}, "tolerance", "không thể âm"),
        (Number, {"value": True}, "value", "một số"),
        (Number, {"value": "mười"}, "value", "một số"),
        (Number, {"value": float("nan")}, "value", "hữu hạn"),
        (Number, {"value": 10**18}, "value", "nhỏ hơn"),
        (Number, {"value": 1, "unit": "m2"}, "unit", "chữ số"),
        (Order, {"steps": ["Một", "Hai"]}, "steps", "ít nhất 3 bước"),
        (Order, {"steps": ["Một", "Hai", "một "]}, "steps.2", "trùng nội dung"),
        (Order, {"steps": [str(x) for x in range(13)]}, "steps", "nhiều nhất 12"),
        (Order, {"steps": {"a": "Một"}}, "steps", "ngoặc vuông"),
        (Match, {"pairs": {"a": ("Một", "1")}}, "pairs", "ít nhất hai cặp"),
        (Match, {"pairs": {"a": ("Một", "1"), "b": "Hai"}}, "pairs.b", "một cặp"),
        (Match, {"pairs": {"a": ("Một", "1"), "b": ("một", "2")}}, "pairs.b.0", "trùng nội dung"),
        (Match, {"pairs": {"a": ("Một", "1"), "b": ("Hai", "1 ")}}, "pairs.b.1", "trùng với"),
        (
            Match,
            {"pairs": {"a": ("Một", "1"), "b": ("Hai", "2")}, "extra": ["3", "2"]},
            "extra.1",
            "trùng với",
        ),
        (Hotspot, {"text": "Không có gì", "signs": {"a": "lạ"}}, "text", "từ 3 đến"),
        (Hotspot, {"text": SCENE + " [[d|bốn", "signs": {"a": "lạ"}}, "text", "chưa đúng dạng"),
        (Hotspot, {"text": SCENE + " [[D d|bốn]]", "signs": {"a": "lạ"}}, "text", "chưa đúng dạng"),
        (Hotspot, {"text": SCENE + " [[a|bốn]]", "signs": {"a": "lạ"}}, "text", "cùng mã"),
        (Hotspot, {"text": SCENE, "signs": {}}, "signs", "ít nhất một dấu hiệu"),
        (Hotspot, {"text": SCENE, "signs": {"z": "lạ"}}, "signs.z", "“z”"),
        (Hotspot, {"text": SCENE, "signs": {"a": ""}}, "signs.a", "để trống"),
        (Hotspot, {"text": SCENE, "signs": {"a": "lạ", "b": "lạ"}}, "signs", "ít nhất hai chỗ"),
        (Hotspot, {"text": SCENE, "signs": {"a": "lạ"}, "look": "phim"}, "look", "message"),
        (Form, {"fields": {"ten": FIELDS["ten"]}}, "fields", "ít nhất hai ô"),
        (Form, {"fields": {**FIELDS, "x": "Tên"}}, "fields.x", "ngoặc nhọn"),
        (
            Form,
            {"fields": {**FIELDS, "x": {"type": "order"}}},
            "fields.x",
            "short_text, number, date, choice",
        ),
        (Form, {"fields": {**FIELDS, "x": {**FIELDS["ten"], "points": 2}}}, "fields.x.points", "cả câu hỏi"),
        (
            Form,
            {"fields": {**FIELDS, "x": {"type": "number", "prompt": "Số"}}},
            "fields.x.value",
            "còn thiếu",
        ),
        (
            Form,
            {"fields": {**FIELDS, "x": {**FIELDS["sinh"], "value": "5/9"}}},
            "fields.x.value",
            "ngày có thật",
        ),
        (FreeText, {"rubric": [("Đủ ý", 2)], "sample": "Mẫu"}, "rubric", "cộng lại được 2 điểm"),
        (FreeText, {"rubric": [("Đủ ý", 0)], "sample": "Mẫu"}, "rubric.0.1", "từ 1 trở lên"),
        (FreeText, {"rubric": [("Đủ ý", 1)]}, "sample", "còn thiếu"),
    ],
)
def test_a_mistake_is_told_at_its_field(make, fields, field, words):
    """Each mistake is named by the author's own argument and says what to do, in Vietnamese."""
    told = mistakes(make, "q", "Hỏi?", **{"why": "Vì thế.", **fields})
    assert (
        re.sub(r"\s", " ", told.get(field, f"nothing at {field}: {told}")).lower().count(words.lower()) == 1
    )
    assert _OTHER not in told.values()


def test_all_mistakes_are_told_at_once():
    """An author mends a question in one go."""
    told = mistakes(Choice, "Mã sai", "", {"a": "thứ ba"}, options=OPTIONS, key="z", why="", points=99, x=1)
    assert set(told) == {"id", "prompt", "why", "points", "key", "(3)", "x"}
    items = {"x": ("Tin", "k"), "y": ("tin", "h")}
    assert set(mistakes(Classify, groups=GROUPS, items=items)) == {
        "id",
        "prompt",
        "why",
        "items",
        "items.x",
        "items.y",
    }


@pytest.mark.parametrize("question_id", ["", "-a", "a_b", "Á", "a" * 65, "a\n", "../a", "a+b"])
def test_ids_are_slugs(question_id):
    """An id is safe as a file name, in a URL and in nbgrader's cell ids."""
    assert "id" in mistakes(Choice, question_id, "?", options=OPTIONS, key="a", why="Vì.")


@pytest.mark.parametrize(
    "record", [{}, {"type": "zzz"}, {"type": 3}, [], None, "choice", {"type": "choice", 1: 2}]
)
def test_what_is_no_record_is_refused_as_one(record):
    """`from_record` raises pydantic's error, whatever it gets, and `explain` can tell it."""
    with pytest.raises(ValidationError) as caught:
        from_record(record)
    assert explain(caught.value)


def test_a_question_is_kept_in_nfc_and_can_not_be_changed():
    """Text is NFC from the border on, and a built question stays what was built."""
    question = Choice("q", "Ho\u0309i\u0303?  ", options=OPTIONS, key="a", why="Vì.")
    assert question.prompt == "Hỏĩ?"
    with pytest.raises(ValidationError):
        question.key = "b"


def test_every_sentence_of_the_front_ends_is_in_the_catalogue():
    """What a module says is a message that the extractor finds, and no message is left over."""
    modules = "\n".join(hocvuso.questions.front_module(name) for name in hocvuso.questions.types())
    said = set(re.findall(r'say\("([^"]+)"', modules))
    said |= set(re.findall(r'\["[^"\w]", "([^"]+)"\]', modules))
    said |= set(re.findall(r'\["([^"]+)", feedback\.', modules))
    assert said == set(hocvuso.questions.front_messages())


def test_importing_questions_loads_no_widget():
    """The grader pays neither for widgets nor for notebooks."""
    heavy = "{'anywidget', 'ipywidgets', 'IPython', 'traitlets', 'nbformat', 'tornado'}"
    code = f"import sys, hocvuso.questions as q; q.types(); print({heavy} & set(sys.modules) or 'light')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("light", "")


def test_modules_need_nothing_from_elsewhere():
    """One file per type: no import, no other host, no markup made of data."""
    for name in hocvuso.questions.types():
        module = hocvuso.questions.front_module(name)
        assert module.count("export default") == 1
        assert not re.search(
            r"^\s*import\b|https?:|innerHTML|outerHTML|insertAdjacent|eval\(", module, re.MULTILINE
        )
    assert not re.search(r"url\(|@import", hocvuso.questions.front_css())


def test_front_command_writes_the_files(tmp_path):
    """The front ends' own tests, and a site without Python, get the modules as files."""
    subprocess.run([sys.executable, "-m", "hocvuso.questions.front", tmp_path / "out"], check=True)
    names = {f"{name}.js" for name in hocvuso.questions.types()} | {"questions.css"}
    assert {file.name for file in Path(tmp_path / "out").iterdir()} == names


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(scheme):
    """Contrast of at least 4.5:1 for every text, 3:1 for lines and marks (WCAG 2.2, 1.4.3 and 1.4.11)."""
    light, dark = hocvuso.questions.front_css().split("@media (prefers-color-scheme: dark)")
    colours = dict(re.findall(r"--hv-(\w+), (#[0-9a-f]{6})\)", light if scheme == "light" else dark))
    assert len(colours) == 10
    for paper in ("paper", "raised", "chosen"):
        for ink in ("ink",):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    for paper in ("paper", "raised"):
        for ink in ("muted", "right", "partial", "wrong"):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
        for ink in ("line", "accent"):
            assert contrast(colours[ink], colours[paper]) >= 3, (ink, paper)


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
