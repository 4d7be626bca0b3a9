"""Notebooks of an nbgrader course that knows nothing of ours: an instructor's source and what students make of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]

DRAW = "### BEGIN SOLUTION\nprint('vẽ')\n### END SOLUTION"
WHY = "Vì sao?\n\n=== BEGIN MARK SCHEME ===\nvì\n=== END MARK SCHEME ==="
PRODUCT = "def tich(a, b):\n    ### BEGIN SOLUTION\n    return a * b\n    ### END SOLUTION"
HELPER = "def gap_doi(x):\n    return 2 * x"


def notebook(*cells: dict[str, Any], kernel: str = "python3") -> Notebook:
    """A notebook of nbformat 4.4, as courses of some years have them: cells without ids."""
    metadata = (
        {"kernelspec": {"name": kernel, "display_name": "Python 3", "language": "python"}} if kernel else {}
    )
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": list(cells)}


def code(source: str, **nbgrader: Any) -> dict[str, Any]:
    """A code cell; with a ``grade_id`` it is nbgrader's."""
    return {
        "cell_type": "code",
        "metadata": about(nbgrader),
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def text(source: str, **nbgrader: Any) -> dict[str, Any]:
    """A Markdown cell; with a ``grade_id`` it is nbgrader's."""
    return {"cell_type": "markdown", "metadata": about(nbgrader), "source": source}


def about(nbgrader: dict[str, Any]) -> dict[str, Any]:
    """nbgrader's metadata as its editor writes it."""
    if not nbgrader:
        return {}
    flags = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": flags | nbgrader}


def source() -> Notebook:
    """One of everything that nbgrader knows."""
    return notebook(
        text("# Bài tập 1"),
        code("import math\nimport random"),
        code("BANG = {'a': 1, 'b': 2}", grade_id="setup", locked=True),
        text("Viết hàm `tong`."),
        code("### BEGIN SOLUTION\ndef tong(a, b):\n    return a + b\n### END SOLUTION", grade_id="s1", solution=True),
        code(
            "assert tong(1, 2) == 3\n### BEGIN HIDDEN TESTS\nassert tong(-1, BANG['a']) == 0\n### END HIDDEN TESTS",
            grade_id="t1",
            grade=True,
            locked=True,
            points=2,
        ),
        code(PRODUCT, grade_id="s2", solution=True),
        code(
            "diem = 0\nif tich(2, 3) == 6:\n    diem += 1\nif tich(0, 3) == 0:\n    diem += 0.5\ndiem",
            grade_id="t2",
            grade=True,
            locked=True,
            points=1.5,
        ),
        code(DRAW, grade_id="m1", grade=True, solution=True, points=3),
        text(WHY, grade_id="m2", grade=True, solution=True, points=4),
        text("Làm thêm bên dưới.", grade_id="task1", task=True, locked=True, points=5),
        code("print('xong')"),
    )  # fmt: skip


S1 = "def tong(a, b):\n    return a + b"
S2 = "def tich(a, b):\n    return a * b"


class Released:
    """The released notebook, and what students make of it."""

    def __init__(self, path: Path) -> None:
        self._notebook: Notebook = json.loads(path.read_text("utf-8"))
        for cell in self._notebook["cells"]:
            cell["source"] = "".join(cell["source"])

    def made(self, *changes: Callable[[Notebook], object], **answers: str) -> Notebook:
        """A copy with ``answers`` by id, then changed."""
        made = copy.deepcopy(self._notebook)
        for name, answer in answers.items():
            find(made, name)["source"] = answer
        for change in changes:
            change(made)
        return made

    def right(self, *changes: Callable[[Notebook], object], **answers: str) -> Notebook:
        """All that is graded by the program is right, unless told."""
        return self.made(*changes, **{"s1": S1, "s2": S2, **answers})


def find(made: Notebook, name: str) -> dict[str, Any]:
    """The first cell with an nbgrader id."""
    return made["cells"][place(made, name)]


def place(made: Notebook, name: str) -> int:
    """Where the first cell with an nbgrader id stands."""
    for index, cell in enumerate(made["cells"]):
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name:
            return index
    raise LookupError(name)
