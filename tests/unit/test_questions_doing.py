"""Types in which people do something: order, match, mark, fill in, write; and what their scores promise."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvuso.grading.autograded import question_output
from hocvuso.questions import Form, FreeText, Hotspot, Match, Order
from hocvuso.questions.form.date import Date

WHY = "Vì thế."


def steps(n: int, *, name: str = "q", points: int = 20) -> Order:
    return Order(name, "?", steps=[f"Bước {place}" for place in range(n)], why=WHY, points=points)


def in_order(question: Order, places) -> list[str]:
    """The answer that puts the steps at these right places, first to last."""
    letters = {text: letter for letter, text in question.asked()["items"].items()}
    return [letters[question.steps[place]] for place in places]


@given(name=st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True), n=st.integers(3, 12))
def test_steps_start_in_a_wrong_order_that_earns_nothing_and_never_changes(name, n):
    """No luck in pressing one button once, and the same page for everybody, also after a typo is corrected."""
    question = steps(n, name=name)
    items = question.asked()["items"]
    assert question.score(list(items)).points == 0
    assert sorted(items.values()) == sorted(question.steps)
    corrected = Order(name, "?", steps=[f"{text}." for text in question.steps], why=WHY, points=20)
    assert [text.rstrip(".") for text in corrected.asked()["items"].values()] == list(items.values())


def test_pairs_in_the_right_order_count_and_wrong_ones_count_against_them():
    """One exchange of neighbours costs 4 / (n (n - 1)); the reverse earns nothing; the right order everything."""
    question = steps(5)
    assert question.score(in_order(question, range(5))).state == "right"
    assert question.judge(in_order(question, (1, 0, 2, 3, 4)))[0] == 1 - Fraction(4, 20)
    assert question.judge(in_order(question, (4, 0, 1, 2, 3)))[0] == Fraction(2, 10)
    assert question.score(in_order(question, (4, 3, 2, 1, 0))).state == "wrong"


@pytest.mark.parametrize(("n", "per_cent"), [(3, 28), (4, 19), (5, 16), (6, 14)])
def test_an_order_at_random_earns_what_the_docstring_says(n, per_cent):
    """Over all orders."""
    question = steps(n)
    shares = [question.judge(in_order(question, places))[0] for places in permutations(range(n))]
    assert round(100 * sum(shares) / len(shares)) == per_cent
    assert f"{per_cent} %" in Order.__doc__.replace("\n", " ")


@pytest.mark.parametrize(
    "answer",
    [[], ["a", "b"], ["a", "b", "b"], ["a", "b", "z"], ["a", "b", ["c"]], ["a", "b", "c", "d"], "abc"],
)
def test_an_order_names_each_step_once(answer):
    """Anything else is no order."""
    assert steps(3).score(answer).state == "malformed"


def pairs(n: int, name: str = "q", extra: int = 1) -> Match:
    made = {f"i{place}": (f"Mục {place}", f"Nghĩa {place}") for place in range(n)}
    return Match(name, "?", pairs=made, extra=[f"Thừa {x}" for x in range(extra)], why=WHY, points=12)


@given(name=st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True), n=st.integers(2, 12), extra=st.integers(0, 6))
def test_counterparts_stand_under_letters_in_an_order_of_their_own(name, n, extra):
    """All of them are offered, the surplus ones too, and each item's own earns all points."""
    question = pairs(n, name, extra)
    asked = question.asked()
    assert len(set(asked["options"].values())) == n + extra
    assert question.score(question.samples(Random(1))["right"]).points == 12


def test_counterparts_are_not_offered_in_the_order_of_the_items():
    """Over many questions the first item's counterpart stands in every place about as often."""
    firsts = [list(pairs(4, f"q{x}").asked()["options"].values()).index("Nghĩa 0") for x in range(500)]
    assert all(60 < firsts.count(place) < 140 for place in range(5))


def test_guessing_pairs_earns_one_in_all_counterparts():
    """Over all answers, as the docstring says."""
    question = pairs(3)
    letters = question.asked()["options"]
    shares = [
        question.judge(dict(zip(question.pairs, chosen, strict=True)))[0]
        for chosen in product(letters, repeat=3)
    ]
    assert sum(shares) / len(shares) == Fraction(1, 4)


def test_pairs_count_one_by_one():
    """An item left out counts as wrong."""
    question = pairs(3)
    right = question.samples(Random(1))["right"]
    del right["i2"]
    assert question.judge(right)[0] == Fraction(2, 3)
    assert question.show_answer(right) == "Mục 0 → Nghĩa 0\nMục 1 → Nghĩa 1"


def scene(signs: int, harmless: int) -> Hotspot:
    names = [*(f"s{x}" for x in range(signs)), *(f"h{x}" for x in range(harmless))]
    text = " và ".join(f"[[{name}|chỗ {name}]]" for name in names)
    return Hotspot("q", "?", text=text, signs={n: "lạ" for n in names if n[0] == "s"}, why=WHY, points=12)


@given(signs=st.integers(1, 8), harmless=st.integers(2, 8))
def test_marking_everything_earns_nothing(signs, harmless):
    """Whatever the numbers are."""
    question = scene(signs, harmless)
    everything = [f"s{x}" for x in range(signs)] + [f"h{x}" for x in range(harmless)]
    assert question.score(everything).state == "wrong"
    assert question.score(everything[:signs]).state == "right"


def test_a_slip_costs_its_share_of_the_harmless_places():
    """Marked signs' share less marked harmless places' share, not below 0."""
    question = scene(3, 4)
    assert question.judge(["s0", "s1"])[0] == Fraction(2, 3)
    assert question.judge(["s0", "s1", "s2", "h0"])[0] == Fraction(3, 4)
    assert question.judge(["s0", "h0", "h1"])[0] == 0


def test_marking_at_random_earns_little():
    """Every set of places equally often: under a sixth of the points with 3 signs among 7."""
    question = scene(3, 4)
    names = ["s0", "s1", "s2", "h0", "h1", "h2", "h3"]
    sets = [list(chosen) for n in range(8) for chosen in combinations(names, n)]
    assert sum(question.judge(chosen)[0] for chosen in sets) / len(sets) < Fraction(1, 6)


@pytest.mark.parametrize(
    "written",
    ["05/09/1975", "5/9/1975", "5-9-1975", "5.9.1975", "05 09 1975", "05091975", "1975-09-05", " 5 / 9 / 1975. ",
     "ngày 5 tháng 9 năm 1975", "Ngày 05 Tháng 09 Năm 1975", "5 thang 9 nam 1975"],
)  # fmt: skip
def test_dates_are_read_as_they_are_written(written):
    """In every usual way of writing them."""
    assert Date("q", "?", value="1975-09-05", why=WHY).score(written).state == "right"


@pytest.mark.parametrize(
    ("written", "state"),
    [("09/05/1975", "wrong"), ("5/9/75", "malformed"), ("31/02/1975", "malformed"), ("5/9", "malformed"),
     ("tháng 9 năm 1975", "malformed"), ("٥/٩/١٩٧٥", "malformed"), ("00/00/0000", "malformed")],
)  # fmt: skip
def test_other_dates(written, state):
    """The month never comes first, the year has four figures, and the day must exist."""
    mark = Date("q", "?", value="1975-09-05", why=WHY).score(written)
    assert mark.state == state


def test_fields_count_one_by_one_and_say_what_they_could_not_read():
    """An unreadable field is one wrong field, not a broken answer."""
    question = Form(
        "q",
        "?",
        fields={
            "ten": {"type": "short_text", "prompt": "Họ tên", "accept": ["Mẫu"]},
            "so": {"type": "number", "prompt": "Số bản", "value": 2, "unit": "bản"},
            "sinh": {"type": "date", "prompt": "Ngày sinh", "value": "1975-09-05"},
        },
        why=WHY,
        points=3,
    )
    mark = question.score({"ten": " mẫu", "so": "hai", "sinh": "5/9/75"})
    assert (mark.points, mark.state, len(mark.notes)) == (1, "partial", 2)
    assert question.score({"ten": "x" * 3000}).state == "malformed"
    assert question.score({"so": 2}).state == "malformed"
    assert question.show_answer({"so": "2", "ten": ""}) == "Số bản: 2 bản"


def test_a_free_text_waits_for_a_person():
    """No text earns points by itself; none is empty; the trainer's copy has the rubric, the learner's has not."""
    question = FreeText("q", "?", rubric=[("Đủ ý", 2), ("Lễ phép", 1)], sample="Mẫu", why=WHY, points=3)
    mark = question.score("Thưa bác, …")
    assert (mark.points, mark.state) == (0, "ungraded")
    samples = question.samples(Random(1))
    assert {name: question.score(value).state for name, value in samples.items()} == {n: n for n in samples}
    shown = question_output(question, mark, "Thưa bác, …")[0]["text"]
    assert "2: Đủ ý\n1: Lễ phép" in shown
    assert "nhiều nhất 3 điểm" in shown
    assert "Đủ ý" not in question.show_key() + str(question.asked())
