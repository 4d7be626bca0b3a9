"""How a test is rewritten so that it asks the judge for every comparison."""

# ruff: noqa: E501  (cells of code)
import ast

import pytest

from hocvuso.grading.parting import COARSE, FINE, LEFT
from hocvuso.grading.sealing import Sealing

IMPORTS = {"np": "import numpy as np", "inspect": "import inspect"}
HELPERS = frozenset({"gan"})


def sealing(source: str) -> Sealing:
    return Sealing(source, IMPORTS, HELPERS)


def hidden(source: str) -> str:
    return f"### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS\n"


def body(text: str) -> str:
    return text.partition("\n")[2].rpartition("\n### END")[0]


@pytest.mark.parametrize(
    ("source", "runs", "checks"),
    [
        ("assert f(2) == 4", "assert __check__(0, (f(2)))", ["not not __part__[0] == 4"]),
        ("assert 4 == f(2)", "assert __check__(0, (f(2)))", ["not not 4 == __part__[0]"]),
        ("assert (f(2)) == (4), x", "assert __check__(0, (f(2))), x", ["not not __part__[0] == 4"]),
        ("assert f('ạ') != 'ệ'", "assert __check__(0, (f('ạ')))", ["not not __part__[0] != 'ệ'"]),
        (
            "assert abs(f(1) - 3) < 1e-9",
            "assert __check__(0, (f(1)))",
            ["not not abs(__part__[0] - 3) < 1e-09"],
        ),
        (
            "assert 'x' in inspect.getsource(f)",
            "assert __check__(0, __listed__(inspect.getsource(f)))",
            ["not not 'x' in __part__[0]"],
        ),
        (
            "assert [f(1), g] == [1, 2]",
            "assert __check__(0, ([f(1), g]))",
            ["not not __part__[0] == [1, 2]"],
        ),
        ("assert x.read() == 'a'", "assert __check__(0, (x.read()))", ["not not __part__[0] == 'a'"]),
        ("assert max(*x) == 3", "assert __check__(0, (max(*x)))", ["not not __part__[0] == 3"]),
        ("assert gan(f(1), 2)", "assert __check__(0, (f(1)))", ["not not gan(__part__[0], 2)"]),
        ("assert not f(3)", "assert __check__(0, (f(3)))", ["not not not __part__[0]"]),
        (
            "assert f(1) == 1 and g(2)",
            "assert __check__(0, (f(1))) and __check__(1, (g(2)))",
            ["not not __part__[0] == 1", "not not __part__[0]"],
        ),
        ("if f(1) == 1:\n    d = 2", "if __check__(0, (f(1))):\n    d = 2", ["not not __part__[0] == 1"]),
        (
            "np.testing.assert_allclose(f(1),\n  [2.5], rtol=0)",
            "__check__(0, (f(1))\n)",
            ["np.testing.assert_allclose(__part__[0], [2.5], rtol=0)"],
        ),
        (
            "class T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(f(2), 4)",
            "class T(unittest.TestCase):\n    def test(self):\n        __check__(0, (f(2)))",
            ["self.assertEqual(__part__[0], 4)"],
        ),
        (
            "assert all(f(a) == b for a, b in t)",
            "assert all(__check__(0, (f(a)), (b)) for a, b in t)",
            ["__part__[0] == __part__[1]"],
        ),
        ("assert (f(x) > 3).all()", "assert __check__(0, (f(x)))", ["not not (__part__[0] > 3).all()"]),
        ("d = (f(x) > 3).sum()", "d = (__check__(0, (f(x)))).sum()", ["__part__[0] > 3"]),
        (
            "assert f(x).equals(pd)",
            "assert __check__(0, (f(x)), (pd))",
            ["not not __part__[0].equals(__part__[1])"],
        ),
        ("assert f(x).equals([3])", "assert __check__(0, (f(x)))", ["not not __part__[0].equals([3])"]),
        ("assert list(f(x)) == [3]", "assert __check__(0, (list(f(x))))", ["not not __part__[0] == [3]"]),
        ("assert f(x) is not y", "assert f(x) is not y", []),
        ("assert f(x) is None", "assert __check__(0, (f(x)))", ["not not __part__[0] is None"]),
        ("if isinstance(f(x), dict):\n    pass", "if isinstance(f(x), dict):\n    pass", []),
        ("if f(x) is not None:\n    pass", "if f(x) is not None:\n    pass", []),
        ("assert 1 < f(1) < f(2)", "assert 1 < f(1) < f(2)", []),
        ("assert 1 < f(1) < 3", "assert __check__(0, (f(1)))", ["not not 1 < __part__[0] < 3"]),
        ("assert 2 ** f(1) == 8", "assert __check__(0, (2 ** f(1)))", ["not not __part__[0] == 8"]),
        (
            "assert sorted(f(1), reverse=True) == [2]",
            "assert __check__(0, (sorted(f(1), reverse=True)))",
            ["not not __part__[0] == [2]"],
        ),
        ("assert f(1) == [\n  3,\n]", "assert __check__(0, (f(1))\n\n)", ["not not __part__[0] == [3]"]),
        ("assert type(f(x)) == list", "assert __check__(0, (type(f(x))))", ["not not __part__[0] == list"]),
        ("self.assertRaises(ValueError, f, 3)", "self.assertRaises(ValueError, f, 3)", []),
        (
            "mong = [1, 2]\nassert f() == mong",
            "mong = ...\nassert __check__(0, (f()))",
            ["not not __part__[0] == mong"],
        ),
        (
            "def dung(n):\n    return n * n\nassert f(3) == dung(3)",
            "pass\n\nassert __check__(0, (f(3)))",
            ["not not __part__[0] == dung(3)"],
        ),
        ("assert 1 == 1", "assert 1 == 1", [""]),
        ("f(3)", "f(3)", []),
        ("assert f(", "assert f(", []),
    ],
)
def test_what_is_compared_with_stays_with_the_judge(source, runs, checks):
    """The learner's process sends what its code has a part in; the rest of the comparison is nowhere in its text."""
    form = sealing(hidden(source)).form({})
    found = body(form.source).replace("\n)", ")").replace("\n\n)", ")")
    assert found.split() == runs.replace("\n)", ")").split()
    assert [question.code for question in form.questions] == checks
    assert form.source.count("\n") == form.shown.count("\n") == hidden(source).count("\n")


def test_a_name_that_something_else_needs_stays_where_it_is():
    """What is passed to the learner's code, or changed, is no value of the judge's."""
    for source in ("cu = [1]\nf(cu)\nassert g() == cu", "n = 1\nn = 2\nassert f() == n"):
        form = sealing(hidden(source)).form({})
        assert body(form.source).splitlines()[0] == source.splitlines()[0]
        assert "__part__[1]" in form.questions[0].code
    used = "def kiem(a):\n    assert f(a) == 3\nkiem(1)"
    assert Sealing(hidden(used), {}, needed=frozenset({"kiem"})).checks == ()
    later = Sealing(hidden("mong = 3\nassert f() == mong"), {}, needed=frozenset({"mong"}))
    assert "mong = 3" in later.form({}).source


def test_levels_part_a_comparison_less_finely():
    """By its sides only, or not at all."""
    text = hidden("mong = 3\nassert abs(f(1) - 2) == mong")
    it = sealing(text)
    codes = [[q.code for q in it.form({0: level}).questions] for level in (FINE, COARSE, LEFT)]
    assert codes == [["not not abs(__part__[0] - 2) == mong"], ["not not __part__[0] == mong"], [""]]
    assert it.form({0: LEFT}).source == text


@pytest.mark.parametrize(
    ("source", "columns"),
    [
        ("for a, b in [(1, -4), (2, 'x')]:\n    assert f(a) == b, f'{a} {b}'", [["-4", "'x'"]]),
        ("for a, b in zip([1, 2], [[3], [4]]):\n    assert f(a) == b", [["[3]", "[4]"]]),
        ("for n, (a, b) in enumerate([(1, 2)]):\n    assert f(a) == b", [["2"]]),
        ("assert all(f(a) == b for a, b in {2: 4, 5: 25}.items())", [["4", "25"]]),
        ("bang = [(1, 2), (3, 4)]\nfor a, b in bang:\n    assert f(a) == b", [["2", "4"]]),
        ("for nhom in ([(1, 2)], [(3, 4)]):\n    for a, b in nhom:\n        assert f(a) == b", [["2", "4"]]),
        ("def kiem(a, b):\n    assert f(a) == b\nkiem(2, 5)\nkiem(3, 10)", [["5", "10"]]),
        (
            "class T:\n    def k(self, a, b):\n        self.assertEqual(f(a), b)\n    def test(self):\n        self.k(2, 5)",
            [["5"]],
        ),
        ("vao, ra = [1, 2], [3, 4]\nfor a, b in zip(vao, ra):\n    assert f(a) == b", []),
        ("vao = [1, 2]\nra = [3, 4]\nfor a, b in zip(vao, ra):\n    assert f(a) == b", [["3", "4"]]),
        ("mong = {1: 2}\nfor k, v in mong.items():\n    assert f(k) == v", [["2"]]),
        ("for row in [(1, 2), (3, 4)]:\n    assert f(row[0]) == row[1]", [["2", "4"]]),
        ("for c in [{'x': 5, 'y': 25}]:\n    assert f(c['x']) == c['y']", [["25"]]),
        ("for c in [{'x': 5, 'y': 25}]:\n    assert f(c) == c['y']", []),
        ("for a, b in [(1, 2)]:\n    assert f(a, b) == b", []),
        ("for a in [1, 2]:\n    assert g(a)", []),
        ("dung = True\nif f(1) != 2:\n    dung = False\nassert dung", []),
        ("for a, b in [(1, 2)]:\n    b = f(b)\n    assert f(a) == b", []),
    ],
)
def test_what_only_stands_in_comparisons_becomes_a_token(source, columns):
    """What is given to the learner's code, or anything else, stays what it is."""
    it = sealing(hidden(source))
    assert [[it.source[slice(*span)] for span in column] for column in it.columns] == columns
    if columns:
        form = it.form({}, range(len(columns)))
        assert list(form.seals) == [text for column in columns for text in column]
        assert form.source.count("__sealed__") == len(form.seals)
        assert "..." in form.shown


@pytest.mark.parametrize(
    ("source", "own", "always", "state"),
    [
        ("for n in range(3):\n    assert f(n) == n", (1,), True, False),
        ("for n in [1, 2]:\n    assert f(n) == n + 1", (1,), True, False),
        ("for x in f():\n    assert x == 3", (), False, False),
        ("while f():\n    assert g() == 3", (), False, False),
        ("cu = [1, 2]\nf(cu)\nassert g() == cu", (), True, False),
        ("so = 0\nif f(1) == 2:\n    so += 1\nassert so == 3", (), True, True),
        ("dung = f(1) == 2\nassert dung", (), True, True),
        ("sai = []\nsai.append(1)\nassert sai == [3]", (), True, True),
        ("sai = []\nsai.append(f(1))\nassert sai == [3]", (), True, False),
        ("x = io.StringIO()\nassert x.getvalue() == 'a'", (), True, False),
    ],
)
def test_where_parts_come_from(source, own, always, state):
    """Who has a hand in what a check is asked with, and in how often."""
    question = sealing(hidden(source)).form({}).questions[-1]
    assert (question.own, question.always, question.state) == (own, always, state)


def test_nothing_of_what_is_open_is_masked():
    """Learners have read it; errors there look as they do in a notebook. No token stands for it."""
    it = sealing("assert f(1) == 2\nfor a, b in [(1, 2)]:\n    assert f(a) == b")
    form = it.form({})
    assert form.shown == it.source
    assert form.open
    assert it.columns == ()
    assert not any(it.is_secret(number) for number in range(len(it.checks)))


def test_tracebacks_show_three_dots_for_what_is_hidden():
    """In the released part of the same test everything stays."""
    form = sealing(
        "assert f(1) == 1000\n" + hidden("assert f(2) == 2000\nassert f(3) == [\n  3000,\n]")
    ).form({})
    assert form.shown.splitlines()[0] == "assert f(1) == 1000"
    assert "2000" not in form.shown
    assert "3000" not in form.shown
    assert not form.open
    ast.parse(form.shown)
    assert not any(value in form.source for value in ("1000", "2000", "3000"))


def test_secrets_are_hidden_values():
    """A comparison of what both sides send has none."""
    it = sealing(
        "assert f(1) == 1\n" + hidden("assert f(2) == 2\nassert f(3) == g(3)\nm = 4\nassert f(4) == m")
    )
    assert [it.is_secret(number) for number in range(4)] == [False, True, False, True]


def test_nothing_that_is_said_of_hidden_values_stays():
    """Neither comments nor messages nor values that nobody uses; released ones do."""
    shown = "assert f(1) == 1, 'một'  # lộ\n"
    text = shown + hidden(
        "dap_an = 'bí mật'\nassert f(2) == 2, 'phải là hai'  # vì là hai\nassert f(3) == 3, '''ba\nbốn'''"
    )
    form = sealing(text).form({})
    for found in (form.source, form.shown):
        assert "# lộ" in found
        assert "'một'" in found
        assert not any(secret in found for secret in ("bí mật", "phải là hai", "vì là hai", "bốn"))
        assert found.count("\n") == text.count("\n")
    assert list(form.messages.values()) == ["phải là hai", "ba\nbốn"]
    assert all(place in form.source for place in form.messages)
    ast.parse(form.shown)


@pytest.mark.parametrize(
    ("source", "runs", "code"),
    [
        (
            "m = {2: 4, 3: 9}\nfor k in m:\n    assert f(k) == m[k]",
            "m = {2: ..., 3: ...}",
            "__part__[0] == m[__part__[1]]",
        ),
        (
            "v = [2]\nr = [4]\nfor i in range(len(r)):\n    assert f(v[i]) == r[i]",
            "r = [...]",
            "__part__[0] == r[__part__[1]]",
        ),
        ("m = {2: 4}\nfor k in m:\n    assert f(m[k]) == m[k]", "m = {2: 4}", "__part__[0] == __part__[1]"),
        ("m = {2: 4}\nprint(m)\nassert f(2) == m[2]", "m = {2: 4}", "__part__[0] == __part__[1]"),
        ("r = [4]\nfor x in r:\n    assert f(x) == r[0]", "r = [4]", "__part__[0] == __part__[1]"),
    ],
)
def test_tables_in_which_the_judge_looks_things_up_keep_their_keys_only(source, runs, code):
    """Where nothing else needs their values."""
    form = sealing(hidden(source)).form({})
    assert runs in form.source
    assert form.questions[-1].code == f"not not {code}"
    assert ("..." in runs) == any("4" in statement for statement in form.known)
