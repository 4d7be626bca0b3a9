"""The judge's answers to a test that runs beside learner code."""

import random
import socket
import threading

import numpy as np
import pandas as pd
import pytest

from hocvuso.kernels import checks
from hocvuso.kernels.checks import Checks, outcome_of
from hocvuso.kernels.plain import PlainError, encode
from hocvuso.kernels.wire import Wire

SEALED = [{"t": "sealed", "n": number} for number in range(2)]
HELD = {"t": "held", "h": 3, "k": "object"}


def form(*texts: str, seals=(), flips=(), known=(), whole: bool = False):
    return {"checks": texts, "seals": seals, "flips": flips, "known": known, "open": whole}


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


EXPECTED = [[["True", []]], [["True", [0]], ["True", [1]]]]
TABLE = form("__part__[0] == 4", "__part__[0] == __part__[1]", seals=("'a'", "'b'"))


def test_answers_that_differ_from_the_authors_are_counted():
    """A check that is never asked counts as often as the author asked it."""
    judge = Checks(TABLE, {}, EXPECTED)
    assert ask(judge, 0, 4) == {"value": True}
    assert judge.report() == {"wrong": [0, 2]}
    assert ask(judge, 1, "a", SEALED[0]) == ask(judge, 1, "b", SEALED[1]) == {"value": True}
    assert judge.report() == {"wrong": [0, 0]}
    judge = Checks(TABLE, {}, EXPECTED)
    ask(judge, 1, "x", SEALED[0])
    assert judge.report() == {"wrong": [1, 1]}


def test_guessing_ends_with_the_first_wrong_guess():
    """The author asked once: a second try is answered with an error, whatever it says."""
    judge = Checks(TABLE, {}, EXPECTED)
    assert ask(judge, 0, 3) == {"value": False}
    assert ask(judge, 0, 4) == {"raised": "AssertionError", "args": []}
    assert judge.report()["wrong"][0] == 1


def test_right_answers_may_be_more_than_the_authors():
    """A loop over what a learner's function gives may be longer."""
    judge = Checks(form("__part__[0] > 0"), {}, [[["True", []]]])
    assert [ask(judge, 0, n) for n in (1, 2, 3)] == [{"value": True}] * 3
    assert judge.report() == {"wrong": [0]}


def test_tokens_count_only_where_the_author_has_them():
    """Not in the place of an answer, not from another row, not more often."""
    for parts in ((SEALED[0], SEALED[0]), ("b", SEALED[1]), ("a", "a"), (["a", SEALED[0]], "a")):
        judge = Checks(TABLE, {}, EXPECTED)
        assert ask(judge, 1, *parts) == {"value": False}
        assert judge.report()["wrong"][1] == 1
    judge = Checks(TABLE, {}, EXPECTED)
    for value, token in (("a", 0), ("b", 1)):
        ask(judge, 1, value, SEALED[token])
    assert ask(judge, 1, "a", SEALED[0]) == {"value": False}


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
        {"check": 0, "parts": [{"t": "sealed", "n": 7}]},
        {"check": 0, "parts": [{"t": "sealed", "n": "0"}]},
        {"check": 0, "parts": [{"t": "np", "d": "object"}]},
    ],
)
def test_what_is_no_question_is_refused(message):
    """Whoever sends it is no test of ours."""
    with pytest.raises(PlainError):
        Checks(TABLE, {}, EXPECTED).answer(message)


def test_opposites_are_told_once_or_always():
    """To find out what hangs on an answer."""
    once = Checks(form("__part__[0] == 4", flips=(0,)), {}, None)
    assert [ask(once, 0, 4)["value"] for _ in range(2)] == [False, True]
    always = Checks(form("__part__[0] == 4", "__part__[0] > 3", flips=(-1,)), {}, None)
    assert [ask(always, 0, 4)["value"] for _ in range(2)] == [False, False]
    assert ask(always, 1, encode(np.array([1, 7]))) == {"value": encode(np.array([True, False]))}


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
        [["True", []], ["False", []]],
        [["True", [0]], ["False", [1]]],
    ]
    checks.remove(names)
    assert "__check__" not in names
