"""Scores are pure, whole, bounded, and never an exception; keys never reach a learner."""

from __future__ import annotations

import json
import unicodedata
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocvuso.errors import AnswerError
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
    Question,
    ShortText,
    check_answer,
    from_record,
    types,
)
from hocvuso.questions.registry import example

WHY = "Vì sao lại như thế, chỉ nói sau khi chấm."
QUESTIONS: dict[str, Question] = {
    "screen": example("screen"),
    "table": example("table"),
    "code": example("code"),
    "choice": Choice("q", "Chọn?", options={"a": "Một", "b": "Hai", "c": "Ba"}, key="b", why=WHY, points=2),
    "multiple": MultipleChoice(
        "q",
        "Chọn hết?",
        options={"a": "Một", "b": "Hai", "c": "Ba", "d": "Bốn", "e": "Năm"},
        keys=["d", "a"],
        why=WHY,
        points=3,
    ),
    "classify": Classify(
        "q",
        "Xếp?",
        groups={"lua-dao": "Lừa đảo", "an-toan": "An toàn"},
        items={
            "tin-1": ("Trúng thưởng", "lua-dao"),
            "tin-2": ("Lịch họp", "an-toan"),
            "tin-3": ("Khóa tài khoản", "lua-dao"),
        },
        why=WHY,
        points=2,
    ),
    "short_text": ShortText(
        "q", "Gọi là gì?", accept=["Xác thực hai lớp", "2FA"], ignore_accents=True, why=WHY, points=1
    ),
    "number": Number("q", "Bao lâu?", value="1234.5", tolerance="0.5", unit="ngày", why=WHY, points=4),
    "order": Order(
        "q", "Xếp?", steps=["Khóa thẻ", "Đổi mật khẩu", "Tra cứu", "Trình báo"], why=WHY, points=6
    ),
    "match": Match(
        "q",
        "Ghép?",
        pairs={"otp": ("Mã OTP", "Dùng một lần"), "qr": ("Mã QR", "Hình vuông"), "pin": ("Mã PIN", "Mở thẻ")},
        extra=["Mật khẩu Wi-Fi"],
        why=WHY,
        points=3,
    ),
    "hotspot": Hotspot(
        "q",
        "Đánh dấu?",
        text="[[chao|Kính gửi]] ông/bà, [[giuc|nộp ngay]]\ntại [[link|phat.example]]. [[cam-on|Cảm ơn]]. [[ky|Ban QL]]",
        signs={"giuc": "giục gấp để khỏi nghĩ", "link": "địa chỉ lạ không phải gov.vn"},
        why=WHY,
        points=3,
    ),
    "form": Form(
        "q",
        "Điền?",
        fields={
            "ten": {"type": "short_text", "prompt": "Họ tên", "accept": ["Trần Thị Mẫu"]},
            "sinh": {"type": "date", "prompt": "Ngày sinh", "value": "1975-09-05"},
            "so": {"type": "number", "prompt": "Số bản", "value": 1234, "unit": "bản"},
            "noi": {"type": "choice", "prompt": "Nơi nhận", "options": {"a": "Quầy", "b": "Nhà"}, "key": "b"},
        },
        why=WHY,
        points=4,
    ),
    "free_text": FreeText(
        "q", "Trả lời?", rubric=[("Đủ ý bí mật", 2), ("Lễ phép", 1)], sample="Bài mẫu", why=WHY, points=3
    ),
}
SCORED = {name: question for name, question in QUESTIONS.items() if name not in {"free_text", "code"}}
each_type = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
each_scored_type = pytest.mark.parametrize("question", SCORED.values(), ids=SCORED)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text() | st.sampled_from(["tin-1", "a"]), inner)
    ),
    max_leaves=20,
) | st.sampled_from(
    [
        "a",
        "b",
        ["a"],
        ["a", "d"],
        ["d", "b", "a", "c"],
        ["giuc", "chao"],
        {"tin-1": "an-toan"},
        {"otp": "a", "qr": "a"},
        {"ten": "trần thị mẫu", "sinh": "05.09.1975", "so": "mười"},
        "2FA",
        "15 ngày",
        "1.234,5",
    ]
)


def deep(levels):
    value: list = []
    for _ in range(levels):
        value = [value]
    return value


def test_every_type_is_tried_here():
    """A new type is found by its folder, and the tests of this file must know it."""
    assert types() == {name: type(question) for name, question in QUESTIONS.items()}


@each_scored_type
@pytest.mark.parametrize("seed", range(40))
def test_samples_score_as_they_are_named(question, seed):
    """The samples that other rooms build submissions from earn what their name says."""
    samples = question.samples(Random(seed))
    marks = {name: question.score(value) for name, value in samples.items()}
    assert {name: mark.state for name, mark in marks.items()} == {name: name for name in samples}
    assert {"right", "wrong", "empty", "malformed"} <= set(samples)
    assert marks["right"].points == question.points
    assert marks["wrong"].points == marks["empty"].points == marks["malformed"].points == 0
    if "partial" in marks:
        assert 0 < marks["partial"].points < question.points


def test_partly_right_samples_exist_where_points_can_be_split():
    """Types with partial credit offer a partly right answer."""
    for name in ("multiple", "classify", "order", "match", "hotspot", "form", "screen", "table"):
        assert "partial" in QUESTIONS[name].samples(Random(1))


@each_type
@settings(max_examples=150, deadline=None)
@given(value=json_values)
def test_a_score_never_raises_and_stays_in_bounds(question, value):
    """Any JSON value gets a mark with whole points between 0 and the question's."""
    mark = question.score(value)
    assert type(mark.points) is int
    assert 0 <= mark.points <= mark.out_of == question.points
    assert (mark.points == mark.out_of) == (mark.state == "right")
    assert isinstance(question.show_answer(value), str)


@each_type
@settings(max_examples=100, deadline=None)
@given(value=json_values)
def test_what_is_accepted_at_the_border_is_kept_by_the_score(question, value):
    """`check_answer` refuses just what is malformed in shape, and leaves the score as it is."""
    mark = question.score(value)
    try:
        checked = check_answer(question.asked(), value)
    except AnswerError as error:
        refused = error.message
    else:
        refused = ""
        assert check_answer(question.asked(), checked) == checked
        assert question.score(checked) == mark
    assert not refused or (mark.state, mark.notes) == ("malformed", (refused,))


@each_type
@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        float("nan"),
        float("inf"),
        10**5000,
        deep(100_000),
        "\ud800",
        "x" * 300_000,
        {"a": deep(9)},
    ],
    ids=["true", "false", "nan", "inf", "huge", "deep", "surrogate", "long", "nested"],
)
def test_traps_are_malformed(question, value):
    """Booleans are no numbers, NaN is no answer, and size or depth crash nothing."""
    assert question.score(value).state == "malformed"
    with pytest.raises(AnswerError):
        check_answer(question.asked(), value)


@each_type
def test_blank_answers_are_empty(question):
    """An answer taken back is `empty`, not wrong."""
    blanks = {
        "multiple": [None, []],
        "classify": [None, {}],
        "short_text": [None, "", " \n"],
        "number": [None, " "],
        "match": [None, {}],
        "hotspot": [None, []],
        "form": [None, {}, {"ten": " ", "sinh": ""}],
        "free_text": [None, "", " \n"],
    }
    for value in blanks.get(question.type, [None]):
        assert question.score(value).state == "empty"
        assert question.show_answer(value) == ""


@each_type
def test_asked_holds_no_key_and_no_explanation(question):
    """What a learner's page gets has no key under any name, at any depth."""
    asked = question.asked()
    assert not names_in(asked) & {"key", "keys", "why", "accept", "value", "tolerance"}
    assert not names_in(asked) & {"steps", "pairs", "extra", "signs", "rubric", "sample"}
    text = json.dumps(asked, ensure_ascii=False)
    assert WHY not in text
    hidden = {
        "short_text": ["2FA", "Xác thực"],
        "number": ["1234", "0.5"],
        "hotspot": ["giục gấp", "địa chỉ lạ"],
        "form": ["Trần", "1975", "1234"],
        "free_text": ["Đủ ý", "Bài mẫu"],
    }
    assert not [secret for secret in hidden.get(question.type, []) if secret in text]


def names_in(value) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(names_in, value.values()))
    return set().union(*map(names_in, value)) if isinstance(value, list) else set()


def test_asked_classify_items_are_texts_alone():
    """An item's group is the key, so it is left out."""
    assert QUESTIONS["classify"].asked()["items"] == {
        "tin-1": "Trúng thưởng",
        "tin-2": "Lịch họp",
        "tin-3": "Khóa tài khoản",
    }


@each_type
def test_a_record_survives_json_and_comes_back_equal(question):
    """A record is JSON, and `from_record` gives the same question."""
    assert from_record(json.loads(json.dumps(question.record()))) == question


@each_type
def test_check_answer_works_on_the_json_of_what_was_asked(question):
    """The site knows a question only as asked, read from a file."""
    asked = json.loads(json.dumps(question.asked()))
    state = "right" if question.type in SCORED else "ungraded"
    assert question.score(check_answer(asked, question.samples(Random(0))[state])).state == state
    assert check_answer(asked, None) is None


@pytest.mark.parametrize(
    "asked", [{}, {"type": "choice"}, {"type": "classify", "groups": 3}, {"type": ["choice"]}]
)
def test_a_broken_question_accepts_no_answer(asked):
    """A question that lost its parts refuses answers with a sentence instead of crashing."""
    with pytest.raises(AnswerError, match="bị hỏng"):
        check_answer(asked, "a")


@pytest.mark.parametrize(
    ("ticks", "points", "state"),
    [
        (["a", "d"], 3, "right"),
        (["d", "a"], 3, "right"),
        (["a"], 1, "partial"),
        (["a", "d", "b"], 1, "partial"),
        (["a", "b"], 0, "wrong"),
        (["b"], 0, "wrong"),
        (["a", "b", "c", "d", "e"], 0, "wrong"),
    ],
)
def test_a_wrong_tick_takes_away_what_a_right_one_gives(ticks, points, state):
    """Multiple: (right - wrong) / keys of the points, rounded down, never below 0."""
    mark = QUESTIONS["multiple"].score(ticks)
    assert (mark.points, mark.state) == (points, state)


def test_the_same_option_twice_is_malformed():
    """A key ticked twice can't count twice."""
    assert QUESTIONS["multiple"].score(["a", "a"]).state == "malformed"


@pytest.mark.parametrize(
    ("answer", "points", "state"),
    [
        ({"tin-1": "lua-dao", "tin-2": "an-toan", "tin-3": "lua-dao"}, 2, "right"),
        ({"tin-3": "lua-dao", "tin-1": "lua-dao"}, 1, "partial"),
        ({"tin-1": "lua-dao"}, 0, "partial"),
        ({"tin-1": "an-toan"}, 0, "wrong"),
        ({"tin-9": "an-toan"}, 0, "malformed"),
        ({"tin-1": "khac"}, 0, "malformed"),
    ],
)
def test_items_count_one_by_one(answer, points, state):
    """The share of right items of the points, rounded down; one right item is `partial`, even at 0."""
    mark = QUESTIONS["classify"].score(answer)
    assert (mark.points, mark.state) == (points, state)


@pytest.mark.parametrize(
    "text",
    [
        "Xác thực hai lớp",
        "XÁC THỰC HAI LỚP",
        "xac thuc hai lop",
        "  xác  thực\nhai lớp. ",
        "“2fa”",
        "2F\u200bA",
    ],
)
def test_short_texts_are_compared_as_people_read_them(text):
    """Case, white space, edge punctuation, invisible characters and (where allowed) accents do not decide."""
    assert QUESTIONS["short_text"].score(text).state == "right"


@pytest.mark.parametrize("text", ["Xác thực hai bước", "không xác thực hai lớp", "2 FA", "?"])
def test_other_short_texts_are_wrong(text):
    """Only what reads like an accepted text is right."""
    assert QUESTIONS["short_text"].score(text).state == "wrong"


def test_accents_count_unless_they_are_to_be_ignored():
    """“Đỏ” is “đo” only where the author says so."""
    strict = ShortText("q", "?", accept=["Đỏ"], why=WHY)
    lenient = ShortText("q", "?", accept=["Đỏ"], ignore_accents=True, why=WHY)
    assert [strict.score("do").state, lenient.score("do").state] == ["wrong", "right"]


@given(st.sampled_from(["xác thực", "Đường dây nóng", "ổn định", "mật khẩu"]))
def test_decomposed_text_scores_like_composed(text):
    """NFD and NFC of one text are one answer, in the answer and in the key."""
    nfd, nfc = unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", text)
    for key, answer in [(nfd, nfc), (nfc, nfd)]:
        question = ShortText("q", "?", accept=[key], why=WHY)
        assert question.score(answer).state == "right"
        assert check_answer(question.asked(), answer) == nfc


@pytest.mark.parametrize(
    "text",
    [
        "1234,5",
        "1234.5",
        "1.234,5",
        "1 234,5",
        "1,234.5",
        "+1234,5",
        "1.234,5 ngày",
        "1234.5ngay",
        "1234",
        "1235,0",
        "1.235",
        "01234,5",
        " 1234,5. ",
    ],
)
def test_numbers_are_read_as_they_are_written(text):
    """Vietnamese and plain writing, the unit, and both ends of the tolerance are right."""
    assert QUESTIONS["number"].score(text).state == "right"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("1233,9", "wrong"),
        ("1235,1", "wrong"),
        ("-1234,5", "wrong"),
        ("12345", "wrong"),
        ("1234,5 tháng", "wrong"),
        (1234.5, "right"),
        (1234, "right"),
        (-1234.5, "wrong"),
        ("mười", "malformed"),
        ("1.2.3", "malformed"),
        ("12 34", "malformed"),
        ("1e3", "malformed"),
        ("NaN", "malformed"),
        ("--5", "malformed"),
        ("1234,5 ngày 3", "malformed"),
        ("٣", "malformed"),
    ],
)
def test_other_numbers(answer, state):
    """What is another number is wrong; what is no number is malformed."""
    mark = QUESTIONS["number"].score(answer)
    assert mark.state == state
    if answer == "1234,5 tháng":
        assert "Đơn vị" in mark.notes[0]


def test_numbers_are_decimal():
    """0.1 + 0.2 is 0.3 here, and a value with many digits is not rounded."""
    assert Number("q", "?", value=0.3, why=WHY).score("0,3").state == "right"
    assert Number("q", "?", value=0.2, tolerance=0.1, why=WHY).score("0.3").state == "right"
    exact = Number("q", "?", value="0.1234567890123456789012345678", why=WHY)
    assert exact.score("0.1234567890123456789012345679").state == "wrong"


def test_a_percent_sign_is_a_unit():
    """“15%” is right for a question in per cent and wrong for one in days."""
    per_cent, days = (Number("q", "?", value=15, unit=unit, why=WHY) for unit in ("%", "ngày"))
    assert [per_cent.score("15 %").state, days.score("15%").state] == ["right", "wrong"]
    assert per_cent.show_key() == "15%"


@pytest.mark.parametrize(
    ("name", "answer", "shown", "key"),
    [
        ("choice", "a", "Một", "Hai"),
        ("multiple", ["c", "a"], "Một\nBa", "Một\nBốn"),
        (
            "classify",
            {"tin-2": "lua-dao"},
            "Lịch họp → Lừa đảo",
            "Trúng thưởng → Lừa đảo\nLịch họp → An toàn\nKhóa tài khoản → Lừa đảo",
        ),
        ("short_text", " 2fa ", "2fa", "Xác thực hai lớp"),
        ("number", "15", "15 ngày", "1.234,5 ± 0,5 ngày"),
        (
            "hotspot",
            ["link", "chao"],
            "“Kính gửi”\n“phat.example”",
            "“nộp ngay”: giục gấp để khỏi nghĩ\n“phat.example”: địa chỉ lạ không phải gov.vn",
        ),
        (
            "form",
            {"so": "1.234", "noi": "a"},
            "Số bản: 1.234 bản\nNơi nhận: Quầy",
            "Họ tên: Trần Thị Mẫu\nNgày sinh: 05/09/1975\nSố bản: 1.234 bản\nNơi nhận: Nhà",
        ),
        ("free_text", " Thưa bác ", "Thưa bác", "Bài mẫu"),
    ],
)
def test_answers_and_keys_read_as_plain_text(name, answer, shown, key):
    """What result pages show is what the learner saw, not ids."""
    assert QUESTIONS[name].show_answer(answer) == shown
    assert QUESTIONS[name].show_key() == key
