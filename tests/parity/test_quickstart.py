"""The course that ``nbgrader quickstart`` makes, as new instructors meet it: two notebooks, a header, a picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbgrader
import pytest
from both import TwoWays, same

THEIRS = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide" / "source"
FORGETS_CHECKS = "def squares(n):\n    return [i ** 2 for i in range(1, n + 1)]"
OFF_BY_ONE = "def squares(n):\n    if n < 1:\n        raise ValueError\n    return [i ** 2 for i in range(n)]"
NEVER_ENDS_WELL = "import sys\n\ndef squares(n):\n    sys.exit()"
STUDENTS: dict[str, Callable[[str, str, str], str]] = {
    "all-right": lambda _name, _released, author: author,
    "nothing": lambda _name, released, _author: released,
    "no-checks": lambda name, _, author: FORGETS_CHECKS if name == "squares" else author,
    "off-by-one": lambda name, released, _: OFF_BY_ONE if name == "squares" else released,
    "leaves": lambda name, _, author: NEVER_ENDS_WELL if name == "squares" else author,
    "broken": lambda name, _, author: author + "\n)" if name == "sum_of_squares" else author,
}


@pytest.fixture
def quickstart(course: TwoWays) -> TwoWays:
    """The course with its released assignment."""
    if not THEIRS.exists():
        pytest.skip("this nbgrader has no course to start with")
    header = course.root / "source" / "header.ipynb"
    header.write_bytes((THEIRS / "header.ipynb").read_bytes())
    course.set("c.IncludeHeaderFooter.header = 'source/header.ipynb'\n")
    course.source("ps1", {path.name: path for path in (THEIRS / "ps1").iterdir()})
    return course


def solutions(folder: Path) -> dict[str, str]:
    """The text of every solution cell by nbgrader's id."""
    cells = [cell for path in folder.glob("*.ipynb") for cell in json.loads(path.read_bytes())["cells"]]
    about = [(cell["metadata"].get("nbgrader", {}), "".join(cell["source"])) for cell in cells]
    return {known["grade_id"]: text for known, text in about if known.get("solution")}


def written(course: TwoWays, write: Callable[[str, str, str], str]) -> Mapping[str, Any]:
    """The released files, with what ``write`` makes of each solution cell: (id, released, the author's)."""
    author = solutions(course.root / "source" / "ps1")
    files: dict[str, Any] = {}
    for path in (course.root / "release" / "ps1").iterdir():
        files[path.name] = path
        if path.suffix == ".ipynb":
            made = json.loads(path.read_bytes())
            for cell in made["cells"]:
                name = cell["metadata"].get("nbgrader", {}).get("grade_id")
                if name in author and cell["metadata"]["nbgrader"]["solution"]:
                    cell["source"] = write(name, "".join(cell["source"]), author[name])
            files[path.name] = made
    return files


def test_the_quickstart_course(quickstart: TwoWays) -> None:
    """Six students who answer in different ways; every row and every cell as with nbgrader."""
    for student, write in STUDENTS.items():
        quickstart.hand_in(student, "ps1", written(quickstart, write), "2026-11-21 09:00:00 UTC")
    theirs = quickstart.theirs("ps1")
    points = {student: sum(filter(None, theirs.scores(student).values())) for student in STUDENTS}
    assert points["all-right"] > points["no-checks"] > points["nothing"] == 0  # there is something to compare
    ours = quickstart.ours("ps1")
    assert ours.rows == theirs.rows
    same(ours, theirs, but={"leaves"})  # Python warns once for each process: docs/differences.md
