"""A situation on simulated screens: the path is walked, weighed and told; nothing gives it away before."""

from __future__ import annotations

import copy
import json
import re
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hocvuso.errors import AnswerError
from hocvuso.questions import SimulatedScreen, check_answer, explain, from_record
from hocvuso.questions.screen.example import EXAMPLE, SCAM_CALL
from hocvuso.questions.screen.parts import ELEMENTS, KINDS
from hocvuso.questions.screen.paths import MOST_STEPS

MEANINGS = ["Nghĩa tốt một.", "Nghĩa tốt hai.", "Nghĩa xấu.", "Nghĩa nặng."]
ENDINGS = {"an-toan": "Mọi việc yên ổn.", "mat-tien": "Tiền đã mất."}
SCREENS = {
    "hop-thu": {
        "kind": "mail",
        "title": "Hộp thư",
        "show": ["Một thư mới.", {"sender": "ke-toan@co-quan.example"}],
        "do": {
            "mo": {"button": "Mở thư", "to": "thu"},
            "bao": {"button": "Báo bộ phận công nghệ", "to": "an-toan", "good": MEANINGS[0]},
        },
    },
    "thu": {
        "kind": "mail",
        "title": "Thư",
        "show": [{"them": "Bấm để nhận lương."}, {"field": "Mật khẩu"}],
        "do": {
            "lui": {"button": "Trở lại", "to": "hop-thu", "good": MEANINGS[1]},
            "bam": {"link": "luong.example", "to": "thu", "bad": MEANINGS[2]},
            "gui": {"send": "Gửi", "to": "mat-tien", "fatal": MEANINGS[3]},
            "xoa": {"button": "Xóa thư", "to": "mat-tien"},
        },
    },
}
BEST = ["mo", "lui", "bao"]
FIELDS = {"screens": SCREENS, "endings": ENDINGS, "best": BEST, "why": "Vì thế đấy nhé.", "points": 4}


def make(**fields) -> SimulatedScreen:
    return SimulatedScreen("q", "Làm gì?", **{**FIELDS, **fields})


def changed(place: str, value: object) -> dict:
    """The screens with one thing changed; ``None`` takes it out."""
    screens: dict = copy.deepcopy(SCREENS)
    *way, last = place.split(".")
    table = screens
    for name in way:
        table = table[name]
    if value is None:
        del table[last]
    else:
        table[last] = value
    return screens


def mistakes(**fields) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        make(**fields)
    told: dict[str, str] = {}
    for field, sentence in explain(caught.value):
        told[field] = f"{told.get(field, '')} {sentence}".replace("\N{NO-BREAK SPACE}", " ")
    return told


@pytest.mark.parametrize(
    ("path", "points", "state"),
    [
        (["mo", "lui", "bao"], 4, "right"),
        (["bao"], 2, "partial"),
        (["mo", "bam", "lui", "bao"], 2, "partial"),
        (["mo", "bam", "bam", "bam", "lui", "bao"], 2, "partial"),
        (["mo", "lui", "mo", "lui", "mo", "xoa"], 2, "partial"),
        (["mo", "xoa"], 0, "wrong"),
        (["mo", "bam", "xoa"], 0, "wrong"),
        (["mo", "lui", "mo", "gui"], 0, "wrong"),
        (["mo", "lui"], 2, "partial"),
        (["mo"], 0, "wrong"),
    ],
)
def test_a_path_earns_its_good_steps_less_its_bad_ones(path, points, state):
    """Each step counts once, a fatal one takes all, and a path is paid in parts of the best one."""
    mark = make().score(path)
    assert (mark.points, mark.state) == (points, state)


def test_a_path_that_was_not_walked_to_its_end_is_never_right():
    """Where the last steps of the best path are neutral, stopping before the end costs one good step."""
    screens = changed("hop-thu.do.bao", {"button": "Báo", "to": "thu", "good": MEANINGS[0]})
    question = make(screens=screens, best=["bao", "lui", "mo", "xoa"], endings={"mat-tien": "Hết."})
    assert question.score(["bao", "lui", "mo", "xoa"]).state == "right"
    unfinished = question.score(["bao", "lui", "mo"])
    assert (unfinished.points, unfinished.state) == (2, "partial")
    assert "chưa đi tới" in unfinished.notes[0]


def test_a_fatal_step_is_named_in_a_note():
    """Whoever gets nothing for a long path is told that one step is the reason."""
    assert "hậu quả nặng" in make().score(["mo", "gui"]).notes[0]
    assert make().score(BEST).notes == ()


@pytest.mark.parametrize("question", [make(), EXAMPLE, SCAM_CALL], ids=["small", "example", "call"])
def test_nothing_that_a_learner_gets_tells_good_from_bad(question):
    """Verdicts, what steps mean, how it ends and the best path stay out; so do the ids of the endings."""
    text = json.dumps(question.asked(), ensure_ascii=False)
    steps = [action for view in question.screens.values() for action in view.do.values()]
    secrets = [
        question.why,
        *question.endings.values(),
        *(action.meaning for action in steps if action.meaning),
    ]
    assert len(secrets) > 5
    assert not [secret for secret in secrets if secret in text]
    assert not [name for name in question.endings if f'"{name}"' in text and name not in question.screens]
    assert not re.search(r'"(good|bad|fatal|best|why|endings)"', text)


def test_a_step_that_ends_the_path_looks_like_any_other_ending():
    """A good end and a bad one differ in nothing but their words."""
    asked = make().asked()["screens"]
    assert asked["hop-thu"]["do"]["bao"] == {"button": "Báo bộ phận công nghệ"}
    assert asked["thu"]["do"]["gui"] == {"send": "Gửi"}
    assert asked["thu"]["do"]["lui"] == {"button": "Trở lại", "to": "hop-thu"}


@pytest.mark.parametrize(
    "path",
    [
        ["la"],
        ["bao", "mo"],
        ["mo", "mo"],
        ["mo", None],
        ["mo", ["lui"]],
        "mo",
        {"0": "mo"},
        ["mo", "lui"] * (MOST_STEPS // 2) + ["mo"],
    ],
    ids=["unknown", "after the end", "elsewhere", "null", "nested", "text", "table", "too long"],
)
def test_what_can_not_be_walked_is_malformed(path):
    """A path that the screens do not allow was not made on them."""
    assert make().score(path).state == "malformed"
    with pytest.raises(AnswerError):
        check_answer(make().asked(), path)


def test_broken_screens_accept_no_answer():
    """A question whose screens lost their parts refuses answers with a sentence instead of crashing."""
    for screens in ({}, {"hop-thu": 3}, {"hop-thu": {"do": 3}}, {"hop-thu": {"do": {"mo": 3}}}):
        with pytest.raises(AnswerError, match="bị hỏng"):
            check_answer({**make().asked(), "screens": screens}, ["mo"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["mo", "lui", "bao", "bam", "gui", "xoa"]), max_size=70))
def test_any_list_of_steps_gets_a_mark_in_bounds_and_can_be_told(path):
    """No order of steps raises, earns more than all, or is right without an end."""
    question = make()
    mark = question.score(path)
    assert 0 <= mark.points <= 4
    assert mark.state != "right" or path[-1] == "bao"
    assert (question.show_answer(path) == "") == (mark.state in {"empty", "malformed"})


def test_a_path_is_told_step_by_step_with_what_each_step_means():
    """Feedback says where, what, good or bad and why, and what came of it."""
    assert make().show_answer(["mo", "bam", "gui"]).split("\n") == [
        "1. Hộp thư: Mở thư",
        "2. ✗ Thư: luong.example — Nghĩa xấu.",
        "3. ✗✗ Thư: Gửi — Nghĩa nặng.",
        "→ Tiền đã mất.",
    ]
    assert make().show_answer(["mo"]) == "1. Hộp thư: Mở thư"
    assert make().show_key() == make().show_answer(BEST)


def test_what_blind_pressing_earns_is_measured():
    """Walked at random, the small situation earns what can be reckoned: here a coin decides all."""
    screens = {
        "a": {
            "kind": "call",
            "title": "A",
            "do": {"x": {"button": "X", "to": "e", "good": "Tốt."}, "y": {"button": "Y", "to": "e"}},
        }
    }
    coin = make(screens=screens, endings={"e": "Hết."}, best=["x"])
    assert abs(coin.guess(Random(3), walks=4000) - Fraction(1, 2)) < Fraction(1, 25)
    assert SCAM_CALL.guess(Random(3)) < Fraction(2, 5)


@pytest.mark.parametrize("question", [EXAMPLE, SCAM_CALL], ids=["example", "call"])
def test_an_example_can_be_played_to_each_of_its_ends(question):
    """All that the example's author wrote is met by some path."""
    seen = {question.show_answer(path).rpartition("→ ")[2] for path in _ways(question)}
    assert seen >= set(question.endings.values())


def _ways(question):
    for seed in range(300):
        chance, here, path = Random(seed), question.asked()["start"], []
        while here in question.screens and len(path) < MOST_STEPS:
            path.append(chance.choice(list(question.screens[here].do)))
            here = question.screens[here].do[path[-1]].to
        yield path


@pytest.mark.parametrize("question", [make(), EXAMPLE, SCAM_CALL], ids=["small", "example", "call"])
def test_a_record_is_what_the_author_wrote_and_comes_back_equal(question):
    """No empty fields are added: the record can be read and mended by a person."""
    record = json.loads(json.dumps(question.record()))
    assert from_record(record) == question
    assert "null" not in json.dumps(record)
    assert from_record(record).record() == record


@pytest.mark.parametrize("question", [make(), EXAMPLE, SCAM_CALL], ids=["small", "example", "call"])
@pytest.mark.parametrize("seed", range(20))
def test_samples_score_as_they_are_named(question, seed):
    """There is one of each kind, a partly right one too."""
    samples = question.samples(Random(seed))
    assert {name: question.score(value).state for name, value in samples.items()} == {
        name: name for name in ("right", "wrong", "partial", "empty", "malformed")
    }


def test_a_bare_text_is_an_element_of_text():
    """The commonest element needs no table around it."""
    assert make().record()["screens"]["hop-thu"]["show"][0] == {"text": "Một thư mới."}


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"screens": {}}, "screens", "ít nhất một màn hình"),
        ({"screens": changed("thu.kind", "fax")}, "screens.thu.kind", "“fax”"),
        ({"screens": changed("thu.kind", None)}, "screens.thu.kind", "Còn thiếu"),
        ({"screens": changed("thu.title", "x" * 121)}, "screens.thu.title", "dài nhất 120"),
        ({"screens": changed("thu", "Thư")}, "screens.thu", "ngoặc nhọn"),
        ({"screens": changed("thu.hint", "x")}, "screens.thu.hint", "không có mục nào"),
        ({"screens": changed("thu.show", [{"video": "x"}])}, "screens.thu.show.0", "them"),
        ({"screens": changed("thu.show", [{"them": "x", "me": "y"}])}, "screens.thu.show.0", "đúng một"),
        ({"screens": changed("thu.show", [3])}, "screens.thu.show.0", "ngoặc nhọn"),
        ({"screens": changed("thu.show", [{"them": ""}])}, "screens.thu.show.0.them", "để trống"),
        ({"screens": changed("thu.show", ["x"] * 21)}, "screens.thu.show", "nhiều nhất 20"),
        ({"screens": changed("thu.do", {})}, "screens.thu.do", "không có việc gì"),
        ({"screens": changed("thu.do.lui", "hop-thu")}, "screens.thu.do.lui", "ngoặc nhọn"),
        ({"screens": changed("thu.do.lui.button", None)}, "screens.thu.do.lui", "button, link, send"),
        ({"screens": changed("thu.do.lui.link", "x")}, "screens.thu.do.lui", "đúng một"),
        ({"screens": changed("thu.do.lui.bad", "x")}, "screens.thu.do.lui", "good, bad, fatal"),
        ({"screens": changed("thu.do.lui.good", "")}, "screens.thu.do.lui.good", "để trống"),
        ({"screens": changed("thu.do.lui.to", None)}, "screens.thu.do.lui.to", "Còn thiếu"),
        ({"screens": changed("thu.do.lui.to", "dau-do")}, "endings", "“thu.lui” dẫn đến “dau-do”"),
        ({"screens": changed("hop-thu.do.mo.to", "mat-tien")}, "endings", "đến màn hình “thu”"),
        ({"endings": {**ENDINGS, "thua": "Thừa."}}, "endings", "đến kết thúc “thua”"),
        ({"endings": {**ENDINGS, "thu": "Trùng."}}, "endings", "vừa là màn hình vừa là kết thúc"),
        ({"endings": {}}, "endings", "ít nhất một kết thúc"),
        ({"best": []}, "best", "dừng ở màn hình “hop-thu”"),
        ({"best": ["mo"]}, "best", "dừng ở màn hình “thu”"),
        ({"best": ["mo", "bay", "bao"]}, "best.1", "“bay” không có ở “thu”"),
        ({"best": [*BEST, "mo"]}, "best.3", "“mo” không có"),
        ({"best": ["mo", "bam", "lui", "bao"]}, "best", "bước xấu"),
        ({"best": ["mo", "xoa"]}, "best", "ít nhất một bước tốt"),
        ({"screens": changed("thu.show", ["x" * 1200] * 18), "why": ""}, "screens", "20000 ký tự"),
    ],
)
def test_a_mistake_is_told_at_its_place(fields, field, words):
    """Each mistake is named by where the author wrote it, and says what to do."""
    told = mistakes(**fields)
    assert words in told.get(field, f"nothing at {field}: {told}")


def test_a_trap_without_way_out_and_a_question_nobody_can_fail_are_refused():
    """Every screen leads to an end, and someone who does nothing good finds an end that earns nothing."""
    trap = changed("thu.do", {"lap": {"button": "Lặp", "to": "thu"}})
    assert "Từ màn hình “thu”" in mistakes(screens=trap, endings={"an-toan": "Yên."}, best=["bao"])["endings"]
    kind = changed("thu.do", {"lui": {"button": "Trở lại", "to": "hop-thu", "good": "Tốt."}})
    assert (
        "không qua bước tốt" in mistakes(screens=kind, endings={"an-toan": "Yên."}, best=["bao"])["endings"]
    )


def test_all_mistakes_are_told_at_once():
    """An author mends the situation in one go."""
    screens = changed("thu.kind", "fax")
    screens["hop-thu"]["title"] = ""
    assert set(mistakes(screens=screens, endings={}, why="")) == {
        "screens.thu.kind", "screens.hop-thu.title", "endings", "why"
    }  # fmt: skip


def test_every_kind_of_screen_and_of_element_has_words_in_the_front_end():
    """What an author may write, the front end can say."""
    from hocvuso.questions import front_module

    module = front_module("screen")
    for name in KINDS:
        assert f'{name}: say("' in module
    for name in set(ELEMENTS) - {"text"}:
        assert re.search(rf"\b{name}: (say|kind)", module), name
    assert f"MOST_STEPS = {MOST_STEPS};" in module
