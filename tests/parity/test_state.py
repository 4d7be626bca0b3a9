"""Courses whose cells count on each other: what a test leaves behind, what it changes, what it imports."""

from __future__ import annotations

from both import TwoWays, same
from notebooks import Released, code, notebook


def checks(source: str, name: str, points: float = 1) -> dict:
    """A test cell."""
    return code(source, grade_id=name, grade=True, locked=True, points=points)


def answer(source: str, name: str) -> dict:
    """A solution cell, with its solution."""
    return code(f"### BEGIN SOLUTION\n{source}\n### END SOLUTION", grade_id=name, solution=True)


HELPER = """import json
def kiem_tra(f, x, y):
    assert f(x) == y
kiem_tra(dem, [1], 1)
DU_LIEU = [3, 1, 2]"""
STORE = """class Ngan:
    def __init__(self):
        self.x = []
    def them(self, v):
        self.x.append(v)
n = Ngan()"""
PATCHED = """from unittest.mock import patch
with patch('builtins.print') as p:
    dem([])
assert not p.called"""

COUNTS = notebook(
    code("import numpy as np"),
    answer("def dem(x):\n    return len(x)", "s1"),
    checks(HELPER, "t1"),
    answer("def xep():\n    return sorted(DU_LIEU)\ndef doc(s):\n    return json.loads(s)", "s2"),
    checks("kiem_tra(dem, xep(), 3)\nassert doc('[1]') == [1]", "t2"),
    answer(STORE, "s3"),
    checks("n.them(5)\nassert n.x == [5]", "t3"),
    checks("n.them(6)\nassert n.x == [5, 6]", "t4"),
    answer("tong = sum(n.x)", "s4"),
    checks("assert tong == 11", "t5"),
    answer("np.random.seed(1)\nso = np.random.rand()", "s5"),
    checks("np.random.seed(1)\nassert np.isclose(so, np.random.rand())\nassert isinstance(n, Ngan)", "t6", 0.5),
    checks("0.25 if dem('ab') == 2 else 0", "t7", 0.75),
    checks("import inspect\nassert 'sorted' in inspect.getsource(xep)", "t8"),
    checks(PATCHED, "t9"),
)  # fmt: skip
HONEST = {
    "s1": "def dem(x):\n    return len(list(x))",
    "s2": "def xep():\n    return sorted(DU_LIEU)\nimport json as j\ndef doc(s):\n    return j.loads(s)",
    "s3": (
        "class Ngan:\n    def __init__(self):\n        self.x = []\n"
        "    def them(self, v):\n        self.x += [v]\nn = Ngan()"
    ),
    "s4": "tong = 0\nfor v in n.x:\n    tong += v",
    "s5": "np.random.seed(1)\nso = float(np.random.rand())",
}


def test_what_tests_leave_behind(course: TwoWays) -> None:
    """Helpers, data and imports of a test for later cells; objects that tests change; sources that tests inspect."""
    course.source("ps1", {"p1.ipynb": COUNTS})
    paper = Released(course.root / "release" / "ps1" / "p1.ipynb")
    course.hand_in("honest", "ps1", {"p1.ipynb": paper.made(**HONEST)})
    course.hand_in("half", "ps1", {"p1.ipynb": paper.made(**HONEST | {"s1": "def dem(x):\n    return 1"})})
    course.hand_in("wrong", "ps1", {"p1.ipynb": paper.made(**HONEST | {"s3": "n = []", "s4": "tong = 11"})})
    course.hand_in("untouched", "ps1", {"p1.ipynb": paper.made()})
    ours, theirs = course.ours("ps1"), course.theirs("ps1")
    assert ours.rows == theirs.rows
    same(ours, theirs)
    assert sum(score or 0 for score in ours.scores("honest").values()) == 7.75
