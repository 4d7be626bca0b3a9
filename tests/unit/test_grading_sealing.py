"""How a test is rewritten so that it asks the judge for every comparison."""

import ast

import pytest

from hocvuso.grading.sealing import COARSE, LEFT, Sealing

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
        ("assert f(2) == 4", "assert __check__(0, (f(2)))", ["__part__[0] == 4"]),
        ("assert 4 == f(2)", "assert __check__(0, (f(2)))", ["4 == __part__[0]"]),
        ("assert (f(2)) == (4), 'x'", "assert __check__(0, (f(2))), 'x'", ["__part__[0] == 4"]),
        ("assert f('ạ') != 'ệ'", "assert __check__(0, (f('ạ')))", ["__part__[0] != 'ệ'"]),
        ("assert abs(f(1) - 3) < 1e-9", "assert __check__(0, (f(1)))", ["abs(__part__[0] - 3) < 1e-09"]),
        (
            "assert 'x' in inspect.getsource(f)",
            "assert __check__(0, (f))",
            ["'x' in inspect.getsource(__part__[0])"],
        ),
        (
            "assert [f(1), g] == [1, 2]",
            "assert __check__(0, (f(1)), (g))",
            ["[__part__[0], __part__[1]] == [1, 2]"],
        ),
        ("assert x.read() == 'a'", "assert __check__(0, (x.read()))", ["__part__[0] == 'a'"]),
        ("assert max(*x) == 3", "assert __check__(0, (max(*x)))", ["__part__[0] == 3"]),
        ("assert gan(f(1), 2)", "assert __check__(0, (f(1)))", ["not not gan(__part__[0], 2)"]),
        ("assert not f(3)", "assert __check__(0, (f(3)))", ["not not not __part__[0]"]),
        (
            "assert f(1) == 1 and g(2)",
            "assert __check__(0, (f(1))) and __check__(1, (g(2)))",
            ["__part__[0] == 1", "not not __part__[0]"],
        ),
        ("if f(1) == 1:\n    d = 2", "if __check__(0, (f(1))):\n    d = 2", ["__part__[0] == 1"]),
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
        ("assert (f(x) > 3).all()", "assert (__check__(0, (f(x)))).all()", ["__part__[0] > 3"]),
        (
            "mong = [1, 2]\nassert f() == mong",
            "mong = ...\nassert __check__(0, (f()))",
            ["__part__[0] == mong"],
        ),
        (
            "def dung(n):\n    return n * n\nassert f(3) == dung(3)",
            "pass\n\nassert __check__(0, (f(3)))",
            ["__part__[0] == dung(3)"],
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
    assert list(form.checks) == checks
    assert form.source.count("\n") == form.shown.count("\n") == hidden(source).count("\n")


def test_a_name_that_something_else_needs_stays_where_it_is():
    """What is passed to the learner's code, or changed, is no value of the judge's."""
    for source in ("cu = [1]\nf(cu)\nassert g() == cu", "n = 1\nn = 2\nassert f() == n"):
        form = sealing(hidden(source)).form({})
        assert body(form.source).splitlines()[0] == source.splitlines()[0]
        assert "__part__[1]" in form.checks[0]


def test_levels_part_a_comparison_less_finely():
    """By its sides only, or not at all."""
    it = sealing(hidden("mong = 3\nassert len(f(1)) == mong"))
    assert it.form({0: COARSE}).checks == ("__part__[0] == mong",)
    left = it.form({0: LEFT})
    assert (left.source, left.checks) == (hidden("mong = 3\nassert len(f(1)) == mong"), ("",))


def test_columns_of_tables_become_tokens():
    """Each column alone; values with a name too. Inputs are told from results by trying."""
    it = sealing(
        hidden("for a, b in [(1, -4), (2, 'x')]:\n    assert f(a) == b\nso = 7\nprint(so)\nd = {1: 2}")
    )
    texts = [[it.source[slice(*span)] for span in column] for column in it.columns]
    assert texts == [["1", "2"], ["-4", "'x'"], ["7"], ["1"], ["2"]]
    form = it.form({}, (1, 2))
    assert form.seals == ("-4", "'x'", "7")
    assert "[(1, __sealed__(0)), (2, __sealed__(1))]" in form.source
    assert "[(1, ...), (2, ...)]" in form.shown
    assert "so = __sealed__(2)" in form.source


def test_nothing_of_what_is_open_is_masked():
    """Learners have read it; errors there look as they do in a notebook. No token stands for it."""
    it = sealing("assert f(1) == 2\nfor a in [1, 2]:\n    assert f(a) == a")
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
