"""Tests that run beside learner code give what a notebook would have given, and tell it nothing of what they expect."""

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
    assert plan.weak == ("loi",)
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


def test_what_a_test_makes_is_there_for_later_tests(runner):
    """But for what only the judge needed."""
    chained = lesson(
        ("solution", "f", "def f(x):\n    return x", 0),
        ("test", "t1", LOOKED_AT + "ket = f(3)\nassert ket == 3", 1),
        ("test", "t2", LOOKED_AT + "assert ket + f(1) == 4", 1),
    )
    assert graded(runner, chained) == {"t1": (1.0, ""), "t2": (1.0, "")}
