"""nbgrader's own published notebooks: read where nbgrader is installed, graded both ways."""

from __future__ import annotations

from pathlib import Path

from both import Graded, TwoWays


def same(ours: Graded, theirs: Graded) -> None:
    """Every row and every cell of every notebook agrees."""
    assert ours.rows == theirs.rows
    assert ours.refused.keys() == theirs.refused.keys()
    assert ours.notebooks == theirs.notebooks


def test_the_course_of_the_documentation(course: TwoWays, published: Path) -> None:
    """Two notebooks, a header, a picture, written answers, a task, late hand-ins: all as with nbgrader."""
    guide = published / "docs" / "source" / "user_guide"
    (course.root / "header.ipynb").write_bytes((guide / "source" / "header.ipynb").read_bytes())
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('c.IncludeHeaderFooter.header = "header.ipynb"\n')
    course.source("ps1", {path.name: path for path in (guide / "source" / "ps1").iterdir()})
    for student in ("bitdiddle", "hacker"):
        folder = guide / "submitted" / student / "ps1"
        course.hand_in(student, "ps1", {path.name: path for path in folder.iterdir()})
    same(course.ours("ps1"), course.theirs("ps1"))
