"""Tests that run beside learner code give what a notebook would have given, and tell it nothing of what they expect."""

# ruff: noqa: E501, ISC004  (cells of code)
from __future__ import annotations

import re

import pytest
from judge_cases import graded, lesson, scores

from hocvuso.grading.code_runner import CodeRunner
from hocvuso.grading.rule import score_test
from hocvuso.kernels.runner import run_notebook

LOOKED_AT = "assert f.__code__.co_argcount == 1\n"  # a test that does this can't be judged from outside


def hidden(text: str) -> str:
    return f"### BEGIN HIDDEN TESTS\n{text}\n### END HIDDEN TESTS\n"


LESSON = lesson(
    ("setup", "nen", "import inspect, io, contextlib, unittest\nimport numpy as np\nimport pandas as pd", 0),
    ("solution", "f", "def f(x):\n    if x is None:\n        raise ValueError('x')\n    return x * x + 1", 0),
    ("test", "bang", LOOKED_AT + hidden("for a, b in [(1, 2), (2, 5), (3, 10)]:\n    assert f(a) == b, f'{a}'"), 2),
    (
        "test",
        "tung-phan",
        "diem = 0\n" + hidden(
            "if 'return' in inspect.getsource(f):\n    diem += 1\nif f(2) == 5:\n    diem += 2\nelif f(2) == 4:\n"
            "    diem += 1\n"
            "for a, b in {1: 2, 3: 10}.items():\n    if f(a) == b:\n        diem += 1\n"
            "if f(5) == 26 or f(6) == 36:\n    diem += 1"
        ) + "diem",
        6,
    ),
    (
        "test",
        "giua",
        LOOKED_AT + hidden(
            "def dung(n):\n    return n ** 2 + 1\nmong = [2, 5]\nassert [f(1), f(2)] == mong and f(9) == dung(9)\n"
            "assert abs(f(0.5) - 1.25) < 1e-9\nnp.testing.assert_allclose(f(np.array([1, 2])), [2, 5])\n"
            "assert (f(np.array([1, 2])) > 1).all()\n"
            "try:\n    f(None)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('None')"
        ),
        3,
    ),
    (
        "test",
        "lop",
        LOOKED_AT + hidden(
            "class Thu(unittest.TestCase):\n    def test_mot(self):\n        self.assertEqual(f(1), 2)\n"
            "    def test_hai(self):\n        self.assertTrue(f(2) == 5)\n        self.assertGreater(f(3), 9.5)\n"
            "kq = unittest.TestResult()\nunittest.defaultTestLoader.loadTestsFromTestCase(Thu).run(kq)\n"
            "assert kq.wasSuccessful()"
        ),
        1,
    ),
    ("test", "loi", LOOKED_AT + "assert f(3) == 10, 'Ba bình phương cộng một là mười.'", 1),
)  # fmt: skip
ANSWERS = {
    "right": LESSON.solutions[0].source,
    "one row wrong": "def f(x):\n    return x * x + 1 if x != 3 else 0",
    "another branch": "def f(x):\n    return x * x",
    "the other side of an or": "def f(x):\n    return 36 if x == 6 else 0",
    "no number": "def f(x):\n    return None",
    "text": "def f(x):\n    return 'x'",
    "an error": "def f(x):\n    return 1 / 0",
    "two arguments": "def f(x, y=0):\n    if x is None:\n        raise ValueError\n    return x * x + 1",
    "no return": "f = lambda x: x * x + 1",
    "nothing": "",
    "not Python": "def f(",
    "shown": "def f(x):\n    print(x)\n    return x * x + 1",
    "ends": "def f(x):\n    raise SystemExit(1)",
    "a numpy number": "def f(x):\n    if x is None:\n        raise ValueError\n    return np.multiply(x, x) + 1",
    "floats": "def f(x):\n    if x is None:\n        raise ValueError\n    return x * x + 1.0",
}


@pytest.fixture(scope="module")
def runner():
    with CodeRunner(None) as made:
        yield made


def test_every_test_of_this_lesson_is_sealed(runner):
    """All are judged inside; where something is hidden, no hidden value stands in what runs there."""
    plan = runner.plan(LESSON.code_cells)
    assert set(plan.modes.values()) == {"inside"}
    assert plan.failed == ()
    assert plan.weak == ("lop", "loi")  # whether a suite of tests was successful, anybody can say
    for name, values in {
        "bang": ("(1, 2)", "(2, 5)", "10"),
        "tung-phan": ("'return'", "5:", "26", "36", "10"),
        "giua": ("** 2", "1.25", "[2, 5]", "1e-9"),
        "lop": ("9.5", "f(1), 2", "== 5"),
    }.items():
        test = plan.tests[name]
        assert [value for value in values if value in test.source] == list(values)
        assert not [value for value in values if value in test.form.source]
        assert not [value for value in values if value in test.form.shown]


@pytest.mark.parametrize("answer", ANSWERS)
def test_scores_are_those_of_the_plain_text(runner, answer):
    """Each test once as it runs in a notebook, once as we judge it."""
    cells = [ANSWERS[answer] if cell.role == "solution" else cell.source for cell in LESSON.code_cells]
    shown = run_notebook(cells, zygote=runner.zygote).outputs
    plain = {
        cell.id: (score_test(outputs, cell.points).score, "")
        for cell, outputs in zip(LESSON.code_cells, shown, strict=True)
        if cell.role == "test"
    }
    assert graded(runner, LESSON, f=ANSWERS[answer]) == plain


def test_an_error_looks_as_in_a_notebook(runner):
    """The author's lines, not ours; three dots for what is hidden."""
    parts = {part.cell.id: part for part in scores(runner, LESSON, {"f": "def f(x):\n    return 0"})}
    trace = "".join("".join(o["traceback"]) for o in parts["loi"].outputs)
    bare = re.sub(r"\x1b\[[0-9;]*m", "", trace)
    assert "assert f(3) == 10, 'Ba bình phương cộng một là mười.'" in bare
    assert parts["loi"].notes == (("Ba bình phương cộng một là mười.", {}),)
    trace = "".join("".join(o["traceback"]) for o in parts["bang"].outputs)
    bare = re.sub(r"\x1b\[[0-9;]*m", "", trace)
    assert "[(1, ...), (2, ...), (3, ...)]" in bare
    assert "__check__" not in bare


def test_what_a_hidden_assertion_says_is_said(runner):
    """Learner's code has not seen it; its learner may read it."""
    told = lesson(
        ("solution", "f", "def f(x):\n    return x", 0),
        ("test", "t", LOOKED_AT + hidden("assert f(3) == 3, 'Ba phải là ba.'"), 1),
    )
    (part,) = scores(runner, told, {"f": "def f(x):\n    return 0"})
    assert part.notes == (("Ba phải là ba.", {}),)
    assert "Ba phải là ba." in part.outputs[-1]["traceback"][-1]
    assert "Ba phải" not in runner.plan(told.code_cells).tests["t"].form.source


def test_what_a_test_makes_is_there_for_later_tests(runner):
    """But for what only the judge needed."""
    chained = lesson(
        ("solution", "f", "def f(x):\n    return x", 0),
        ("test", "t1", LOOKED_AT + "ket = f(3)\nassert ket == 3", 1),
        ("test", "t2", LOOKED_AT + "assert ket + f(1) == 4", 1),
    )
    assert graded(runner, chained) == {"t1": (1.0, ""), "t2": (1.0, "")}


SQUARE = "def f(x):\n    return x * x + 1"
WRONG_FOR = {n: f"def f(x):\n    return x * x + 1 if x != {n} else -7" for n in (1, 2, 3)}
RAISES_FOR = {
    n: f"def f(x):\n    if x == {n}:\n        raise TypeError(x)\n    return x * x + 1" for n in (1, 2, 3)
}
SCORED = {
    "pairs in one condition": "diem = 0\nif f(1) == 2 and f(2) == 5:\n    diem += 2\nif f(3) == 10 and f(4) == 17:\n"
    "    diem += 2\ndiem",
    "one in another": "diem = 0\nif f(1) == 2:\n    diem += 1\n    if f(2) == 5:\n        diem += 1\nif f(3) == 10:\n"
    "    diem += 2\ndiem",
    "kept in a name": "diem = 0\ndung = f(1) == 2\nif dung:\n    diem += 2\ndung = f(3) == 10\nif dung:\n    diem += 2\ndiem",
    "rows of other weights": "diem = 0\nfor a, b, w in [(1, 2, 3), (2, 5, 1)]:\n    if f(a) == b:\n        diem += w\ndiem",
    "groups with a flag": "diem = 0\nfor nhom in ([(1, 2), (2, 5)], [(3, 10), (4, 17)]):\n    dung = True\n"
    "    for a, b in nhom:\n        if f(a) != b:\n            dung = False\n    if dung:\n        diem += 2\ndiem",
    "methods": "class T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f(1), 2)\n"
    "        self.assertEqual(f(2), 5)\n    def test_b(self):\n        self.assertEqual(f(3), 10)\n"
    "kq = unittest.TestResult()\nunittest.defaultTestLoader.loadTestsFromTestCase(T).run(kq)\n"
    "max(0, 4 - 2 * len(kq.failures) - 2 * len(kq.errors))",
    "rows that may fail": "diem = 0\nfor a, b in [(1, 2), (2, 5), (3, 10)]:\n    try:\n        assert f(a) == b\n"
    "        diem += 1\n    except Exception:\n        pass\ndiem + 1",
    "most of them": "dung = 0\nfor a, b in [(1, 2), (2, 5), (3, 10), (4, 17), (5, 26)]:\n    if f(a) == b:\n        dung += 1\n"
    "assert dung >= 4",
    "a list of failures": "sai = []\nfor a in [1, 2, 3]:\n    if f(a) != a * a + 1:\n        sai.append(a)\nassert len(sai) <= 1",
    "a reference": "def dung(n):\n    return n ** 2 + 1\nfor n in range(1, 6):\n    assert f(n) == dung(n)",
    "a helper of its own": "def kiem(a, b):\n    assert f(a) == b, f'{a}'\nkiem(2, 5)\nkiem(3, 10)",
    "until one is wrong": "diem = 0\nfor a, b in [(1, 2), (2, 5), (3, 10), (4, 17)]:\n    if f(a) != b:\n        break\n    diem += 1\n"
    "diem",
    "two things of each row": "diem = 0\nfor a, b, c in [(1, 2, '2'), (2, 5, '5')]:\n    if f(a) == b:\n        diem += 1\n"
    "        if str(f(a)) == c:\n            diem += 1\ndiem",
    "with patches": "from unittest import mock\nwith mock.patch('builtins.print') as in_ra:\n    ket = [f(int(s)) for s in ('1', '2')]\n"
    "assert not in_ra.called\nassert ket == [2, 5]",
    "many values": "assert [f(n) for n in range(20)] == [n * n + 1 for n in range(20)]\nassert sum(f(n) for n in range(3)) == 8\n"
    "assert {f(1), f(2)} == {2, 5} and 1 < f(1) <= 2 < f(2)",
    "arrays": "r = f(np.array([1, 2, 3]))\nassert (r == [2, 5, 10]).all()\nassert r.sum() == 17 and r.dtype.kind == 'i'\n"
    "np.testing.assert_array_equal(f(np.arange(2)), [1, 2])\npd.testing.assert_series_equal(f(pd.Series([1, 2])), pd.Series([2, 5]))",
    "no error": "try:\n    f(3)\nexcept Exception as loi:\n    assert False, loi\nassert f(3) > 0",
    "an error": "try:\n    f('x')\n    assert False\nexcept TypeError:\n    pass",
    "a helper for errors": "unittest.TestCase().assertRaises(TypeError, f, 'x')",
}
MORE = {
    "author": SQUARE,
    **{f"wrong for {n}": text for n, text in WRONG_FOR.items()},
    **{f"raises for {n}": text for n, text in RAISES_FOR.items()},
    "nothing right": "def f(x):\n    return -7",
    "NA": "def f(x):\n    return pd.NA",
    "too many digits": "def f(x):\n    return 10 ** 5000",
    "an object": "class O:\n    pass\ndef f(x):\n    return O()",
    "no error at all": "def f(x):\n    try:\n        return x * x + 1\n    except TypeError:\n        return 0",
}


@pytest.fixture(scope="module")
def scored():
    setup = LESSON.code_cells[0]
    tests = [("test", f"t{n}", LOOKED_AT + hidden(text), 4) for n, text in enumerate(SCORED.values())]
    return lesson(("setup", "nen", setup.source, 0), ("solution", "f", SQUARE, 0), *tests)


@pytest.mark.parametrize("answer", MORE)
def test_however_points_are_counted_honest_learners_keep_them(runner, scored, answer):
    """Partial credit in all its forms, rows that raise, flags, helpers: as in a notebook, and nobody is accused."""
    assert runner.plan(scored.code_cells).failed == ()
    cells = [MORE[answer] if cell.role == "solution" else cell.source for cell in scored.code_cells]
    shown = run_notebook(cells, zygote=runner.zygote).outputs
    plain = {name: (score_test(shown[place + 2], 4).score, "") for place, name in enumerate(SCORED)}
    given = dict(zip(SCORED, graded(runner, scored, f=MORE[answer]).values(), strict=True))
    assert given == plain


HOSTILE = {
    "the rest is not asked": "import sys\ndef f(x):\n    g = sys._getframe(1).f_globals\n    g['__check__'] = lambda *a, **k: True\n    return -7",
    "the test's own value is another one": "import sys\ndef f(x):\n    k = sys._getframe(1)\n    for ten in ('n', 'a'):\n"
    "        if ten in k.f_globals: k.f_globals[ten] = 1\n    return 2",
    "what a helper was given": "import sys\ndef f(x):\n    k = sys._getframe(1)\n    b = k.f_locals.get('b', k.f_globals.get('b'))\n    if b is not None: return b\n    return -7",
    "counters": "import sys\nclass C(int):\n    def __add__(s, o): return s\n    __iadd__ = __radd__ = __add__\n"
    "def f(x):\n    g = sys._getframe(1).f_globals\n    g['diem'] = g['dung'] = C(4)\n    g['sai'] = []\n    return -7",
    "arrays of guesses": "import sys\ndef f(x):\n    g = sys._getframe(1).f_globals\n    hoi = g.get('__check__')\n"
    "    for cau in range(12):\n        for doan in (np.arange(60).reshape(-1, 1), np.empty((0, 1)), np.arange(60)):\n"
    "            try:\n                print(hoi(cau, doan, doan))\n            except BaseException: pass\n    return -7",
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_however_points_are_counted_nobody_else_gets_them(runner, scored, attack):
    """Code that knows nothing of the task has no point that a plain wrong answer would not have."""
    gives = HOSTILE[attack].rpartition("return ")[2]
    harmless = dict(zip(SCORED, graded(runner, scored, f=f"def f(x): return {gives}").values(), strict=True))
    given = dict(zip(SCORED, graded(runner, scored, f=HOSTILE[attack]).values(), strict=True))
    gained = {name: given[name] for name in SCORED if given[name][0] > harmless[name][0]}
    assert gained == {}


def test_a_lesson_may_have_many_such_tests(runner):
    """Each costs a process or two, which are let go of: more of them than a learner may have at once."""
    tests = [
        (
            "test",
            f"t{n}",
            LOOKED_AT + hidden(f"b{n} = {n}\nassert f({n}) == {n} + 1\nassert f(b{n} + 1) == {n + 2}"),
            1,
        )
        for n in range(70)
    ]
    long = lesson(("solution", "f", "def f(x):\n    return x + 1", 0), *tests)
    assert runner.plan(long.code_cells).failed == ()
    assert set(graded(runner, long).values()) == {(1.0, "")}


OTHERS = {  # the author's solution, the test, and learners' solutions
    "a tuple or a dict": (
        "def f(x):\n    return (min(x), max(x))",
        "kq = f([3, 1])\nif isinstance(kq, dict):\n    a, b = kq['min'], kq['max']\nelse:\n    a, b = kq\nassert (a, b) == (1, 3)",
        (
            "def f(x):\n    return {'min': min(x), 'max': max(x)}",
            "def f(x):\n    return {'min': 0, 'max': 3}",
            "f = None",
        ),
    ),
    "a column or a table": (
        "def f(x):\n    return pd.Series(x)",
        "kq = f([1, 2])\nif isinstance(kq, pd.DataFrame):\n    kq = kq['v']\nassert list(kq) == [1, 2]",
        ("def f(x):\n    return pd.DataFrame({'v': x})", "def f(x):\n    return pd.DataFrame({'w': x})"),
    ),
    "nothing or an empty list": (
        "def f(x):\n    return None",
        "kq = f(1)\nif kq is not None:\n    assert len(kq) == 0",
        ("def f(x):\n    return []", "def f(x):\n    return [1]", "def f(x):\n    return 0"),
    ),
    "one of several": (
        "def f(x):\n    return 10",
        "assert any(f(3) == m for m in [10, '10', '10.0'])",
        ("def f(x):\n    return '10'", "def f(x):\n    return '10.0'", "def f(x):\n    return 11"),
    ),
    "the first that is right": (
        "def f(x):\n    return x + 1",
        "diem = 0\nfor a, b in [(1, 2), (2, 3), (3, 4)]:\n    if f(a) == b:\n        diem = 4\n        break\ndiem",
        ("def f(x):\n    return x + 1 if x > 1 else 0", "def f(x):\n    return 4", "def f(x):\n    return 0"),
    ),
    "all or some": (
        "def f(x):\n    return x + 1",
        "rows = [(1, 2), (2, 3), (3, 4)]\nif all(f(a) == b for a, b in rows):\n    diem = 4\n"
        "elif any(f(a) == b for a, b in rows):\n    diem = 2\nelse:\n    diem = 0\ndiem",
        (
            "def f(x):\n    return 3",
            "def f(x):\n    return x + 1 if x != 1 else 0",
            "def f(x):\n    return 0",
        ),
    ),
    "how long it takes": (
        "def f(x):\n    return x + 1",
        "lan = 0\nfor _ in range(5):\n    lan += 1\n    if f(lan) > 3:\n        break\nassert lan <= 4",
        ("def f(x):\n    return x", "def f(x):\n    return 0", "def f(x):\n    return 100"),
    ),
    "how many": (
        "def f(x):\n    return list(range(x))",
        "chan = 0\nfor x in f(4):\n    if x % 2 == 0:\n        chan += 1\ndiem = 0\nif chan == 2:\n    diem += 2\nif len(f(4)) == 4:\n"
        "    diem += 2\ndiem",
        (
            "def f(x):\n    return [1, 2, 3, 4, 5, 7, 9]",
            "def f(x):\n    return [2, 4, 6, 8]",
            "def f(x):\n    return []",
        ),
    ),
    "until it is empty": (
        "class Chong(list):\n    def lay(self):\n        return self.pop()\nf = lambda x: Chong(x)",
        "s = f([1, 2])\nra = []\nwhile len(s) > 0:\n    ra.append(s.lay())\ndiem = 0\nif ra == [2, 1]:\n    diem += 2\n"
        "if 2 in ra:\n    diem += 2\ndiem",
        (
            "class Chong(list):\n    def lay(self):\n        return self.pop()\nf = lambda x: Chong([0, *x])",
            "f = lambda x: []",
        ),
    ),
    "any iterable": (
        "def f(x):\n    return [x, 3, 1]",
        "diem = 0\nif 3 in f(5):\n    diem += 2\nif sorted(f(5), reverse=True) == [5, 3, 1]:\n    diem += 2\ndiem",
        (
            "def f(x):\n    yield from (x, 3, 1)",
            "def f(x):\n    return map(int, (x, 3, 1))",
            "def f(x):\n    return iter(())",
        ),
    ),
    "a comparison that is not needed": (
        "def f(x):\n    return x + 1",
        "diem = 1\nif 0 < f(1) < f(2):\n    diem += 1\nif f(5) == 6:\n    diem += 2\ndiem",
        ("def f(x):\n    return 0 if x == 1 else 1 / 0 if x == 2 else x + 1", "def f(x):\n    return -x"),
    ),
    "several lines": (
        "def f(x):\n    return [x]",
        "if f(3) == [\n    3,\n]:\n    diem = 4\nelse:\n    diem = 0\nassert f(4) == [\n  4\n], (\n  'bốn'\n)\ndiem",
        ("def f(x):\n    return [3]", "def f(x):\n    return [4]"),
    ),
    "powers": (
        "def f(x):\n    return 3",
        "assert 2 ** f(3) == 8",
        ("def f(x):\n    return 2", "def f(x):\n    return 'x'"),
    ),
    "a table with a name": (
        "def f(x):\n    return x * x",
        "mong = {2: 4, 3: 9}\nfor k in mong:\n    assert f(k) == mong[k]\nvao, ra = [1, 2], [1, 4]\nfor i in range(len(vao)):\n"
        "    assert f(vao[i]) == ra[i]\nfor c in [{'x': 5, 'y': 25}]:\n    assert f(c['x']) == c['y']",
        ("def f(x):\n    return x + 2", "def f(x):\n    return x ** 2", "def f(x):\n    return 4"),
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_learners_may_answer_in_their_own_way(runner, case):
    """Another type, another path through the test, more or less of what it walks: as in a notebook."""
    author, text, learners = OTHERS[case]
    setup = LESSON.code_cells[0].source
    made = lesson(
        ("setup", "nen", setup, 0),
        ("solution", "f", author, 0),
        ("test", "t", LOOKED_AT + hidden(text), 4),
    )
    plan = runner.plan(made.code_cells)
    assert (plan.modes, plan.failed) == ({"t": "inside"}, ())
    assert plan.tests["t"].form.questions, "not sealed"
    for answer in (author, *learners):
        *_, shown = run_notebook([setup, answer, made.tests[0].source], zygote=runner.zygote).outputs
        assert graded(runner, made, f=answer) == {"t": (score_test(shown, 4).score, "")}, answer


def test_what_one_test_defines_another_may_use(runner):
    """A helper that asserts, and a class that others are derived from."""
    chained = lesson(
        ("setup", "nen", "import unittest", 0),
        ("solution", "f", "def f(x):\n    return x * x + 1", 0),
        (
            "test",
            "t1",
            LOOKED_AT + hidden("def kiem(a, b):\n    assert f(a) == b\nkiem(1, 2)\nassert f(4) == 17"),
            1,
        ),
        ("test", "t2", LOOKED_AT + hidden("assert f(2) == 5\nkiem(3, 10)"), 1),
        ("test", "t3", LOOKED_AT + hidden("kiem(2, 5)"), 1),
    )
    assert runner.plan(chained.code_cells).failed == ()
    assert graded(runner, chained) == dict.fromkeys(("t1", "t2", "t3"), (1.0, ""))
    wrong = graded(runner, chained, f="def f(x):\n    return x * x + 1 if x != 3 else 0")
    assert wrong == {"t1": (1.0, ""), "t2": (0.0, ""), "t3": (1.0, "")}


def test_a_fork_that_dies_takes_no_other_test_along(runner):
    """A question that no test asks ends the test that it came from, and so does a process that ends itself."""
    several = lesson(
        ("solution", "f", "def f(x):\n    return x + 1", 0),
        ("solution", "g", "def g(x):\n    return x + 2", 0),
        ("test", "t1", LOOKED_AT + hidden("assert f(1) == 2"), 1),
        ("test", "t2", LOOKED_AT + hidden("assert f(2) == 3"), 1),
        ("test", "t3", LOOKED_AT.replace("f.", "g.") + hidden("assert g(2) == 4"), 1),
    )
    for deed in ("sys._getframe(1).f_globals['__check__'](99, 3)", "os._exit(0)"):
        code = f"import os, sys\ndef f(x):\n    if x == 1:\n        {deed}\n    return x + 1"
        assert graded(runner, several, f=code) == {"t1": (0.0, ""), "t2": (1.0, ""), "t3": (1.0, "")}


def test_a_helper_that_is_slow_for_one_value_costs_only_its_test():
    """The judge's time for one test is that of a cell; the next test is judged as ever."""
    slow = lesson(
        (
            "setup",
            "nen",
            "def dem(n):\n    lan = 0\n    while lan < n:\n        lan += 1\n    return lan\n"
            "def dem_mai(n):\n    while True:\n        try:\n            return dem(n)\n"
            "        except BaseException:\n            n -= 10 ** 9",
            0,
        ),
        ("solution", "f", "def f(x):\n    return x + 1", 0),
        ("test", "dem", LOOKED_AT + hidden("assert dem(f(1)) == 2"), 1),
        ("test", "dem-mai", LOOKED_AT + hidden("assert dem_mai(f(2)) == 3"), 1),
        ("test", "thuong", LOOKED_AT + hidden("assert f(3) == 4"), 1),
    )
    with CodeRunner(None, limits={"seconds": 1}) as quick:
        found = {
            part.cell.id: part
            for part in scores(quick, slow, {"f": "def f(x):\n    return x + 1 if x == 3 else 10 ** 10"})
        }
    assert {name: part.score for name, part in found.items()} == {"dem": 0, "dem-mai": 0, "thuong": 1}
    assert found["dem"].outputs[-1]["ename"] == "CellTimeoutError"


def test_tables_tell_nothing(runner):
    """Code that looks up in the test's frame what was expected finds dots."""
    author, text, _ = OTHERS["a table with a name"]
    made = lesson(("solution", "f", author, 0), ("test", "t", LOOKED_AT + hidden(text), 4))
    spy = (
        "import sys\ndef f(x):\n    k = sys._getframe(1).f_globals\n    for ten in ('mong', 'ra', 'c'):\n"
        "        try:\n            b = k[ten][{'mong': x, 'ra': x - 1, 'c': 'y'}[ten]]\n        except (KeyError, IndexError): continue\n"
        "        if b is not ...: return b\n    return -7"
    )
    assert graded(runner, made, f=spy) == {"t": (0.0, "")}
