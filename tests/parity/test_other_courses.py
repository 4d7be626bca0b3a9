"""What other people's courses do that ours do not: each a small notebook, graded both ways."""

from __future__ import annotations

import pytest
from both import TwoWays, same
from notebooks import Released, code, notebook

SOLUTION = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
CASES: dict[str, tuple[list[tuple[str, str]], dict[str, str]]] = {
    # cells as (kind, source); then other answers to the solution cells by name
    "write the import": (
        [
            ("s", "from math import isclose, sqrt"),
            ("t", "assert isclose(sqrt(4), 2)"),
            ("t", "### BEGIN HIDDEN TESTS\nassert sqrt(9) == 3\n### END HIDDEN TESTS"),
        ],
        {"untouched": "", "own": "def sqrt(x):\n    return 7\ndef isclose(a, b):\n    return True"},
    ),
    "a name for a function": (
        [("s", "import math\nf = math.sqrt"), ("t", "assert f(4) == 2")],
        {"untouched": "", "another": "f = abs", "the same": "from math import sqrt as f"},
    ),
    "a module that a cell writes": (
        [("p", "%%writefile mau.py\nx = 1"), ("s", "import mau"), ("t", "assert mau.x == 1")],
        {"untouched": ""},
    ),
    "tests that change what the answer made": (
        [
            ("s", 'd = {"a": 1}\nit = iter([0, 1])'),
            ("t", 'd["c"] = 1\nassert "c" in d'),
            ("t", 'assert "c" in d'),
            ("t", "assert next(it) == 0"),
            ("t", "assert next(it) == 1"),
        ],
        {"untouched": "", "empty": "d = {}\nit = iter([])", "other": "d = dict(c=0)\nit = iter([0, 2])"},
    ),
    "an answer that never comes": (
        [("s", "def f():\n    return 1"), ("t", "assert f() == 1"), ("t", "assert callable(f)")],
        {"loop": "def f():\n    while True:\n        pass"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_both_ways_agree(course: TwoWays, case: str) -> None:
    """Every row and every error, for the author's own answers and for others."""
    cells, answers = CASES[case]
    course.set("c.Execute.timeout = 8\n")
    made, solutions = [], {}
    for number, (kind, source) in enumerate(cells):
        name = f"{kind}{number}"
        if kind == "s":
            solutions[name] = source
            made.append(code(SOLUTION.format(source), grade_id=name, solution=True))
        elif kind == "t":
            made.append(code(source, grade_id=name, grade=True, locked=True, points=2))
        else:
            made.append(code(source))
    course.source("ps1", {"p1.ipynb": notebook(*made)})
    given = Released(course.root / "release" / "ps1" / "p1.ipynb")
    course.hand_in("right", "ps1", {"p1.ipynb": given.made(**solutions)})
    (name,) = solutions
    for student, answer in answers.items():
        course.hand_in(student.replace(" ", "-"), "ps1", {"p1.ipynb": given.made(**{name: answer})})
    ours = course.ours("ps1")
    same(ours, course.theirs("ps1"))
    assert set(ours.scores("right").values()) == {2.0}
    assert all(0.0 in ours.scores(one.replace(" ", "-")).values() for one in answers if one != "the same")
