"""A small lesson for the judge's tests, and ways to answer it."""

# ruff: noqa: ISC004  (cells of code, as one text each)
from __future__ import annotations

from hocvuso.grading.code import Written, cells_to_run, score_code
from hocvuso.grading.code_runner import CodeRunner
from hocvuso.lessons.master import CodeCell, Master


def lesson(*cells: tuple[str, str, str, int]) -> Master:
    """A master of (role, id, source, points)."""
    made = tuple(CodeCell(role, name, points, source) for role, name, source, points in cells)  # type: ignore[arg-type]
    return Master("t99-01", "t99-01", (), made, "0" * 64, {})


def graded(runner: CodeRunner, master: Master, **solutions: str) -> dict[str, tuple[float | None, str]]:
    """(score, what gave meddling away) by test id."""
    return {part.cell.id: (part.score, part.tampered) for part in scores(runner, master, solutions)}


def scores(runner: CodeRunner, master: Master, solutions: dict[str, str]):
    """The scores of a submission; a solution that isn't given is the author's."""
    given = {cell.id: solutions.get(cell.id, cell.source) for cell in master.solutions}
    written = Written(given, cells_to_run(master, given))
    submitted = [(ran.cell, ran.source) for ran in written.cells]
    outcome = runner.run(master.code_cells, submitted)
    assert outcome.state != "broken", outcome.detail
    return score_code(master, written, outcome)


SQUARES = lesson(
    ("setup", "bang", "import pandas as pd\nbang = pd.DataFrame({'a': [3, 1, 2]})", 0),
    ("solution", "binh-phuong", "def binh_phuong(n):\n    return [i * i for i in range(1, n + 1)]", 0),
    ("test", "thu-1", "assert binh_phuong(3) == [1, 4, 9]\nassert binh_phuong(1) == [1]", 2),
    ("solution", "tong", "def tong(n):\n    return sum(binh_phuong(n))", 0),
    ("test", "thu-2", "assert tong(3) == 14\nassert tong(4) == 30", 2),
    (
        "test",
        "thu-3",
        "cu = binh_phuong\ndel binh_phuong\ntry:\n    tong(1)\nexcept NameError:\n    pass\n"
        "else:\n    raise AssertionError('không dùng')\nfinally:\n    binh_phuong = cu",
        1,
    ),
    ("solution", "xep", "def xep(b):\n    return b.sort_values('a')", 0),
    ("test", "thu-4", "assert list(xep(bang)['a']) == [1, 2, 3]\nassert list(bang['a']) == [3, 1, 2]", 2),
    (
        "test",
        "thu-5",  # looks at the source: can only be judged inside
        "import inspect\nassert 'sort_values' in inspect.getsource(xep)\nassert list(xep(bang)['a']) == [1, 2, 3]\n"
        "assert len(xep(bang)) == 3",
        2,
    ),
)
