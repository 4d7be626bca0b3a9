"""nbgrader's own published notebooks: read where nbgrader is installed, graded both ways, never copied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbgrader
import pytest
from both import Graded, TwoWays, same

NBGRADER = Path(nbgrader.__file__).parent
APPS = NBGRADER / "tests" / "apps" / "files"
STEPS = NBGRADER / "tests" / "preprocessors" / "files"
GUIDE = NBGRADER / "docs" / "source" / "user_guide"

# assignment: what the instructor has, and what each student hands in as the notebook
ASSIGNMENTS: dict[str, tuple[dict[str, Path], dict[str, Path]]] = {
    "submitted": (
        {"p1.ipynb": APPS / "submitted-unchanged.ipynb"},
        {
            "unchanged": APPS / "submitted-unchanged.ipynb",
            "changed": APPS / "submitted-changed.ipynb",
            "test-edited": APPS / "submitted-grade-cell-changed.ipynb",
            "locked-edited": APPS / "submitted-locked-cell-changed.ipynb",
            "cheat": APPS / "submitted-cheat-attempt.ipynb",
            "cheat-again": APPS / "submitted-cheat-attempt-alternative.ipynb",
        },
    ),
    "whole": (
        {"p1.ipynb": APPS / "test.ipynb"},
        {"solved": APPS / "test.ipynb", "with-output": APPS / "test-with-output.ipynb"},
    ),
    "hidden": (
        {"p1.ipynb": APPS / "test-hidden-tests.ipynb"},
        {"solved": APPS / "test-hidden-tests.ipynb"},
    ),
    "autotest": (
        {"p1.ipynb": APPS / "autotest-multi.ipynb"},
        {
            "right": APPS / "autotest-multi-changed.ipynb",
            "untouched": APPS / "autotest-multi-unchanged.ipynb",
        },
    ),
    "hashed": (
        {"p1.ipynb": APPS / "autotest-hashed.ipynb"},
        {
            "right": APPS / "autotest-hashed-changed.ipynb",
            "untouched": APPS / "autotest-hashed-unchanged.ipynb",
        },
    ),
    "autotest-hidden": (
        {"p1.ipynb": APPS / "autotest-hidden.ipynb"},
        {
            "right": APPS / "autotest-hidden-changed-right.ipynb",
            "wrong": APPS / "autotest-hidden-changed-wrong.ipynb",
        },
    ),
    "relative": (
        {"p1.ipynb": APPS / "open_relative_file.ipynb", "data.txt": APPS / "data.txt"},
        {"reads": APPS / "open_relative_file.ipynb"},
    ),
    "environment": (
        {"p1.ipynb": APPS / "validating-environment-variable.ipynb"},
        {"asks": APPS / "validating-environment-variable.ipynb"},
    ),
    "no-points": (
        {"p1.ipynb": APPS / "validation-zero-points.ipynb"},
        {"solved": APPS / "validation-zero-points.ipynb"},
    ),
    "slow": ({"p1.ipynb": APPS / "timeout.ipynb"}, {"sleeps": APPS / "timeout.ipynb"}),
    "loud": ({"p1.ipynb": STEPS / "long-output.ipynb"}, {"prints": STEPS / "long-output.ipynb"}),
    "by-hand": (
        {"p1.ipynb": STEPS / "manually-graded-code-cell.ipynb"},
        {"untouched": STEPS / "manually-graded-code-cell.ipynb"},
    ),
    "task": ({"p1.ipynb": STEPS / "test_taskcell.ipynb"}, {"untouched": STEPS / "test_taskcell.ipynb"}),
    "warns": ({"p1.ipynb": STEPS / "warning-pattern.ipynb"}, {"warns": STEPS / "warning-pattern.ipynb"}),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Graded, Graded]]:
    """Every assignment, graded by us and by nbgrader in the same course."""
    course = TwoWays(tmp_path_factory.mktemp("published") / "course", "c.Execute.timeout = 1\n")
    (course.root / "autotests.yml").write_bytes((APPS / "autotests.yml").read_bytes())
    for name, (source, submissions) in ASSIGNMENTS.items():
        course.source(name, source)
        for student, notebook in submissions.items():
            course.hand_in(student, name, {"p1.ipynb": notebook})
    return {name: (course.ours(name), course.theirs(name)) for name in ASSIGNMENTS}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_published_notebooks(graded: dict[str, tuple[Graded, Graded]], assignment: str) -> None:
    """Every row and every cell of every notebook agrees."""
    ours, theirs = graded[assignment]
    assert ours.rows.keys() == ASSIGNMENTS[assignment][1].keys()
    same(ours, theirs)


def test_the_course_of_the_documentation(course: TwoWays) -> None:
    """Two notebooks, a header, a picture, written answers, a task, late hand-ins: all as with nbgrader."""
    course.set('c.IncludeHeaderFooter.header = "header.ipynb"\n')
    (course.root / "header.ipynb").write_bytes((GUIDE / "source" / "header.ipynb").read_bytes())
    course.source("ps1", files_in(GUIDE / "source" / "ps1"))
    for student in ("bitdiddle", "hacker"):
        course.hand_in(student, "ps1", files_in(GUIDE / "submitted" / student / "ps1"))
    ours = course.ours("ps1")
    same(ours, course.theirs("ps1"))
    assert set(ours.rows) == {"bitdiddle", "hacker"}


def files_in(folder: Path) -> dict[str, Any]:
    """The files of a folder by name."""
    return {path.name: path for path in folder.iterdir()}
