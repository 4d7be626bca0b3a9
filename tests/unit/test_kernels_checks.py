"""The judge's answers to a test that runs beside learner code."""

import random
import socket
import threading

import numpy as np
import pandas as pd
import pytest

from hocvuso.kernels import checks
from hocvuso.kernels.checks import Checks, outcome_of
from hocvuso.kernels.plain import encode
from hocvuso.kernels.plain_json import PlainError
from hocvuso.kernels.wire import Wire

SEALED = [{"t": "sealed", "n": number} for number in range(2)]
HELD = {"t": "held", "h": 3, "k": "object"}


def form(*codes, seals=(), flips=(), known=(), whole: bool = False):
    """A test's form; a code stands for its question, or (code, more) does."""
    pairs = [code if isinstance(code, tuple) else (code, {}) for code in codes]
    questions = [
        {"code": code, "own": (), "always": True, "again": False, "state": False} | more
        for code, more in pairs
    ]
    return {"questions": questions, "seals": seals, "flips": flips, "known": known, "open": whole}


def ask(judge: Checks, number: int, *parts):
    return judge.answer({"check": number, "parts": list(parts)})


def test_a_check_is_evaluated_with_what_was_sent():
    """Truth values, tables of them, and errors by their builtin name."""
    judge = Checks(form("__part__[0] == 4", "__part__[0] > 3", "__part__[0] < m"), {"m": 5}, None)
    assert [ask(judge, 0, n) for n in (4, 5)] == [{"value": True}, {"value": False}]
    told = ask(judge, 1, encode(np.array([1, 7])))
    assert told == {"value": encode(np.array([False, True]))}
    assert ask(judge, 2, "x") == {"raised": "TypeError", "args": []}
    assert ask(judge, 0, HELD) == {"value": False}


def test_what_the_judge_knows_is_run_first():
    """Statement by statement; one that fails leaves the others."""
    known = ("import no_such_module_1", "m = 4", "def dung(n):\n    return n + m")
    judge = Checks(form("__part__[0] == dung(1)", known=known), {}, None)
    assert ask(judge, 0, 5) == {"value": True}


def test_helpers_that_assert_tell_what_they_raise():
    """Their text only where nothing is hidden."""
    for whole in (False, True):
        judge = Checks(form("self.assertEqual(__part__[0], 4)", whole=whole), {}, None)
        assert ask(judge, 0, 4) == {"value": None}
        told = ask(judge, 0, 5)
        assert told["raised"] == "AssertionError"
        assert bool(told["args"]) == whole


def token(number, *place):
    return [*place, number]


TRUE = ["True", [[], []], []]
EXPECTED = [[TRUE], [["True", [[token(0, 1)], []], []], ["True", [[token(1, 1)], []], []]]]
TABLE = form("__part__[0] == 4", "__part__[0] == __part__[1]", seals=("'a'", "'b'"))
REFUSED = {"value": False}


def test_answers_are_kept_by_the_authors_calls():
    """A row that was left out keeps its place."""
    judge = Checks(TABLE, {}, EXPECTED)
    assert ask(judge, 0, 4) == {"value": True}
    assert ask(judge, 1, "b", SEALED[1]) == {"value": True}
    assert judge.report() == {"answers": [{"0": "True"}, {"1": "True"}]}
    assert ask(judge, 1, "a", SEALED[0]) == REFUSED


def test_guessing_ends_with_the_first_wrong_guess():
    """The author asked once: a second try is answered with an error, whatever it says."""
    judge = Checks(TABLE, {}, EXPECTED)
    assert ask(judge, 0, 3) == {"value": False}
    assert ask(judge, 0, 4) == REFUSED
    assert judge.report()["answers"][0] == {"0": "False"}


def test_a_loop_may_ask_more_than_the_authors():
    """Not for ever; and an assertion is told so in its own way."""
    judge = Checks(form(("__part__[0] > 0", {"again": True})), {}, [[TRUE]])
    assert [ask(judge, 0, n)["value"] for n in (1, 2, -1, 4)] == [True, True, False, True]
    assert judge.report() == {"answers": [{"0": "True", "1": "True", "2": "False", "3": "True"}]}
    assert not any(
        ask(judge, 0, 1)["value"] for _ in range(100) for _ in [judge.asked[0]] if len(judge.asked[0]) > 50
    )
    judge = Checks(form("self.assertEqual(__part__[0], 4)"), {}, [[["None", [[], []], []]]])
    assert [ask(judge, 0, 4), ask(judge, 0, 4)] == [{"value": None}, {"raised": "AssertionError", "args": []}]


def test_tokens_count_only_where_the_author_has_them():
    """Not in the place of an answer, not inside of something, not instead of another row's, not more often."""
    hidden_in = {"t": "dict", "v": [["a", SEALED[0]], ["a", 1]]}
    for parts in (
        (SEALED[0], {"t": "sealed", "n": "0"}),
        ("a", {"t": "sealed", "n": 7}),
        (SEALED[0], SEALED[0]),
        ("a", "a"),
        (["a", SEALED[0]], "a"),
        (hidden_in, hidden_in),
        ("a", hidden_in),
    ):
        judge = Checks(TABLE, {}, EXPECTED)
        assert ask(judge, 1, *parts) == REFUSED
        assert judge.report()["answers"] == [{}, {}]
    judge = Checks(TABLE, {}, EXPECTED)
    for value, number in (("a", 0), ("b", 1)):
        ask(judge, 1, value, SEALED[number])
    assert ask(judge, 1, "a", SEALED[0]) == REFUSED


def test_a_tests_own_values_must_be_the_authors():
    """Learner code can't ask about another row than the one that is on."""
    own = form(("__part__[0] == __part__[1] + 1", {"own": (1,)}))
    expected = [[["True", [[], [n]], []] for n in (1, 2)]]
    judge = Checks(own, {}, expected)
    assert [ask(judge, 0, 2, 1), ask(judge, 0, 2, 1)] == [{"value": True}, REFUSED]
    assert ask(judge, 0, 3, 2) == {"value": True}


def test_a_table_comes_back_only_where_the_author_had_one_like_it():
    """Else one question would try thousands of values."""
    guesses = encode(np.arange(100))
    judge = Checks(form("__part__[0] == 50"), {}, [[TRUE]])
    assert ask(judge, 0, guesses)["raised"] == "ValueError"
    judge = Checks(form("__part__[0] == 50"), {}, [[["True", [[], []], [2]]]])
    assert ask(judge, 0, guesses)["raised"] == "ValueError"
    assert ask(
        Checks(form("__part__[0] == 50"), {}, [[["True", [[], []], [2]]]]), 0, encode(np.array([50, 1]))
    )["value"]


def test_another_runs_answers_are_told_again():
    """To see what they are worth: each at its place; what was not asked is answered otherwise than for the author."""
    told = [{"0": "False"}, {"1": "True"}]
    judge = Checks(TABLE, {}, EXPECTED, told)
    assert ask(judge, 0, 4) == {"value": False}
    assert [ask(judge, 1, v, SEALED[n])["value"] for n, v in enumerate("ab")] == [False, True]
    loose = form(("__part__[0] > 0", {"always": False}), ("__part__[0]", {"state": True}), "__part__[0]")
    judge = Checks(loose, {}, [[TRUE], [TRUE], [TRUE]], [{}, {"0": "True"}, {"0": "TypeError"}])
    assert ask(judge, 0, 1) == {"value": True}, "a learner's loop may be shorter"
    assert ask(judge, 1, False) == {"value": False}, "what earlier answers decide is not told"
    assert ask(judge, 2, 1) == {"raised": "TypeError", "args": []}


def test_values_that_are_neither_true_nor_false_end_nothing():
    """Nor do errors without a text, objects that are called, or a word from a process that has no right to it."""
    judge = Checks(
        form("__part__[0]", "m(__part__[0])", "__part__[0](1)", whole=True), {"m": _fails}, [[TRUE]] * 3
    )
    assert ask(judge, 0, encode(pd.NA))["value"] is not True
    assert ask(judge, 1, encode(10**5000)) == {"raised": "KeyError", "args": []}
    assert ask(judge, 2, HELD)["raised"] == "Exception"
    judge.answer({"check": 0, "parts": [1], "native": {"t": "pdna"}})


def _fails(value):
    raise KeyError(value)


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"check": 2, "parts": []},
        {"check": -1, "parts": []},
        {"check": True, "parts": []},
        {"check": "0", "parts": []},
        {"check": 0},
        {"check": 0, "parts": {"t": "sealed", "n": 0}},
        {"check": 0, "parts": [{"t": "np", "d": "object"}]},
    ],
)
def test_what_is_no_question_is_refused(message):
    """Whoever sends it is no test of ours."""
    with pytest.raises(PlainError):
        Checks(TABLE, {}, EXPECTED).answer(message)


def test_opposites_are_told():
    """To find out what hangs on answers."""
    some = Checks(form("__part__[0] == 4", "__part__[0] == 4", flips=(0,)), {}, None)
    assert [ask(some, number, 4)["value"] for number in range(2)] == [False, True]
    always = Checks(
        form("__part__[0] == 4", "__part__[0] > 3", "self.assertEqual(__part__[0], 4)", flips=(0, 1, 2)),
        {},
        None,
    )
    assert ask(always, 0, 4) == {"value": False}
    assert ask(always, 1, encode(np.array([1, 7]))) == {"value": encode(np.array([True, False]))}
    assert [ask(always, 2, n)["raised"] for n in (4, 5)] == ["AssertionError"] * 2


def test_a_value_that_differs_where_the_test_runs_is_strange():
    """Found out with the author's solution: such a comparison is parted otherwise, or left."""
    judge = Checks(form("__part__[0] == 4", "__part__[0]", "__part__[0] == 4"), {}, None)
    judge.answer({"check": 0, "parts": [4], "native": True})
    judge.answer({"check": 1, "parts": [HELD], "native": False})
    judge.answer({"check": 2, "parts": [4], "native": encode(np.array([True]))})
    assert judge.report()["strange"] == [1, 2]


def test_outcomes_of_tables_are_which_values_occur():
    """How many rows there are, learners may decide; in what order too."""
    assert outcome_of(np.array([True, False, True]), None) == "False True"
    assert outcome_of(pd.Series([True, True]), None) == outcome_of(np.array([[True]]), None) == "True"
    assert outcome_of(np.True_, None) == outcome_of(3, None) == "True"
    assert (outcome_of(None, None), outcome_of(None, KeyError())) == ("None", "KeyError")


def test_both_ends_together():
    """A rewritten test in one thread, the judge in another: tokens, errors and values pass."""
    ours, theirs = (Wire(end) for end in socket.socketpair())
    judge = Checks(TABLE, {}, None)
    names: dict = {"random": random.Random(1)}
    checks.install(names, theirs, lambda value: HELD)

    def answer() -> None:
        for _ in range(4):
            ours.send(judge.answer(ours.receive()[0]))

    thread = threading.Thread(target=answer)
    thread.start()
    exec(  # noqa: S102  (a test's text)
        "import threading\na = __check__(0, 4)\nb = [__check__(1, v, __sealed__(n)) for n, v in enumerate('ax')]\n"
        "c = __check__(0, threading.Lock())\nd = repr(__sealed__(0))",
        names,
    )
    thread.join()
    ours.close()
    theirs.close()
    assert (names["a"], names["b"], names["c"], names["d"]) == (True, [True, False], False, "...")
    assert judge.report()["asked"] == [
        [TRUE, ["False", [[], []], []]],
        [["True", [[token(0, 1)], []], []], ["False", [[token(1, 1)], []], []]],
    ]
    checks.remove(names)
    assert "__check__" not in names
