"""Damaged submissions: graded as nbgrader does, or differently on purpose, as docs/differences.md lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from both import Graded, TwoWays, same
from notebooks import HELPER, S1, Notebook, Released, code, find, place, source, text

LISTED = (Path(__file__).parents[2] / "docs" / "differences.md").read_text("utf-8")
FORGED = "\nget_ipython().display_formatter.format = lambda *a, **k: ({'text/plain': '99'}, {})"
FULL = {"p1/t1": 2.0, "p1/t2": 1.5}
OLD_KIND = {"v0": 0, "v1": 1, "v2": 2, "v4": 4}


def remove(*names: str) -> Callable[[Notebook], object]:
    """Delete cells by id."""

    def change(made: Notebook) -> None:
        made["cells"] = [
            c for c in made["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") not in names
        ]

    return change


def insert(name: str, *cells: dict[str, Any]) -> Callable[[Notebook], object]:
    """Put cells before the one with an id."""

    def change(made: Notebook) -> None:
        at = place(made, name)
        made["cells"][at:at] = list(cells)

    return change


def copy_of(name: str, *, to_end: bool = False, **changed: Any) -> Callable[[Notebook], object]:
    """Copy a cell with its metadata, as a notebook's own Copy and Paste does."""

    def change(made: Notebook) -> None:
        copied = json.loads(json.dumps(find(made, name))) | changed
        made["cells"].insert(len(made["cells"]) if to_end else place(made, name), copied)

    return change


def about(name: str, **changed: Any) -> Callable[[Notebook], object]:
    """Change a cell's nbgrader metadata."""
    return lambda made: find(made, name)["metadata"]["nbgrader"].update(changed)


def everywhere(**changed: Any) -> Callable[[Notebook], object]:
    """Change all nbgrader metadata."""

    def change(made: Notebook) -> None:
        for cell in made["cells"]:
            if "nbgrader" in cell["metadata"]:
                cell["metadata"]["nbgrader"].update(changed)

    return change


def without_metadata(name: str) -> Callable[[Notebook], object]:
    """Empty a cell's nbgrader metadata."""

    def change(made: Notebook) -> None:
        find(made, name)["metadata"]["nbgrader"] = {}

    return change


def edit_plain(old: str, new: str) -> Callable[[Notebook], object]:
    """Edit a cell that has no id."""

    def change(made: Notebook) -> None:
        for cell in made["cells"]:
            cell["source"] = new if cell["source"] == old else cell["source"]

    return change


def became(name: str, kind: str) -> Callable[[Notebook], object]:
    """Change a cell's type as a slip of a key does."""

    def change(made: Notebook) -> None:
        cell = find(made, name)
        cell["cell_type"] = kind
        if kind == "code":
            cell.update(outputs=[], execution_count=None)
        else:
            cell.pop("outputs"), cell.pop("execution_count")

    return change


def reverse(made: Notebook) -> None:
    """Turn the notebook upside down."""
    made["cells"].reverse()


# damage that changes nothing, or the same thing for both
ALIKE: dict[str, Callable[[Released], Any]] = {
    "right": lambda p: p.right(),
    "untouched": lambda p: p.made(),
    "half": lambda p: p.right(s2="def tich(a, b):\n    return a * b or 1"),
    "written": lambda p: p.right(m1="x = [1]\nx", m2="Vì **thế** này: <https://example.org> và a < b."),
    "own-cell": lambda p: p.right(
        insert("s1", code(HELPER)), s1="def tong(a, b):\n    return gap_doi(a + b) // 2"
    ),
    "own-cell-late": lambda p: p.made(insert("t1", text("ghi chú"), code(S1), text("hết")), s2="tich = None"),
    "own-cell-breaks": lambda p: p.right(insert("t1", code("tong = lambda a, b: 0"))),
    "plain-edited": lambda p: p.right(
        edit_plain("import math\nimport random", "import math as m"),
        s1="def tong(a, b):\n    return m.floor(a + b)",
    ),
    "plain-deleted": lambda p: p.right(
        edit_plain("import math\nimport random", ""), s1="def tong(a, b):\n    return math.floor(a + b)"
    ),
    "tests-edited": lambda p: p.right(t1="assert True", t2="1.5", setup="BANG = {'a': 100}"),
    "points-raised": lambda p: p.right(about("t1", points=100)),
    "checksums-changed": lambda p: p.made(everywhere(checksum="0" * 32)),
    "solution-deleted": lambda p: p.right(remove("s1")),
    "unlocked": lambda p: p.right(about("setup", locked=False), about("t1", locked=False)),
    "unknown-id": lambda p: p.right(insert("s1", code("y = 1", grade_id="khong-co"))),
    "syntax": lambda p: p.right(s1="def tong(a, b:"),
    "exits": lambda p: p.right(s1="import sys\nsys.exit(3)"),
    "warns": lambda p: p.right(
        s2="import warnings\ndef tich(a, b):\n    warnings.warn('cũ')\n    return a * b"
    ),
    "prints": lambda p: p.right(s1="print('1')\ndef tong(a, b):\n    print('2')\n    return a + b"),
    "no-traceback": lambda p: p.right(s1="get_ipython().showtraceback = lambda *a, **k: None\n1/0"),
    "magics": lambda p: p.right(s1="co = %who_ls\n!echo xin chào\n" + S1 + "\n_ = 1; 2 + 3"),
    "awaits": lambda p: p.right(s1="import asyncio\nawait asyncio.sleep(0)\n" + S1),
    "asks": lambda p: p.right(s1="x = input('?')\n" + S1),
    "not-a-number": lambda p: p.right(s2="class N(int):\n    pass\ndef tich(a, b):\n    return 6"),
    "raw-cell": lambda p: p.right(
        lambda m: m["cells"].append({"cell_type": "raw", "metadata": {}, "source": "a"})
    ),
    "skipped": lambda p: p.right(
        insert("s1", code("print('không chạy')") | {"metadata": {"tags": ["skip-execution"]}})
    ),
    "crlf": lambda p: json.dumps(p.right(), indent=1).replace("\n", "\r\n"),
    "lines": lambda p: p.right(*[split_lines]),
    "no-kernelspec": lambda p: p.right(lambda m: m.update(metadata={})),
    "other-kernel": lambda p: p.right(lambda m: m["metadata"]["kernelspec"].update(name="r", language="R")),
    "minor-9": lambda p: p.right(lambda m: m.update(nbformat_minor=9)),
    "format-3": lambda p: as_format_3(p.right()),
    "with-outputs": lambda p: p.right(
        lambda m: find(m, "t1").update(
            outputs=[{"output_type": "error", "ename": "a", "evalue": "", "traceback": []}]
        )
    ),
}


IN_THE_SUITE = {
    "right", "half", "written", "own-cell", "own-cell-late", "plain-edited", "tests-edited", "checksums-changed",
    "unknown-id", "warns", "magics", "format-3", "other-kernel", "skipped",
    "test-copied", "solution-split", "test-deleted", "locked-deleted", "answer-deleted", "all-deleted", "moved",
    "not-graded", "emptied", "v1", "test-skipped", "answer-became-code", "bom", "killed",
    "precision",
}  # fmt: skip


def split_lines(made: Notebook) -> None:
    """Sources as lists of lines, as files have them."""
    for cell in made["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


def as_format_3(made: Notebook) -> Notebook:
    """The notebook as IPython 2 wrote it."""
    cells = []
    for cell in made["cells"]:
        if cell["cell_type"] == "code":
            kept = {
                "cell_type": "code",
                "input": cell["source"],
                "language": "python",
                "outputs": [],
                "collapsed": False,
            }
        else:
            kept = {"cell_type": "markdown", "source": cell["source"]}
        cells.append(kept | {"metadata": cell["metadata"]})
    return {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": made["metadata"],
        "worksheets": [{"cells": cells, "metadata": {}}],
    }


# damage for which nbgrader gives no score or another: the words of its row in docs/differences.md, and our scores
DIFFERENT: dict[str, tuple[Callable[[Released], Any], str, dict[str, Any]]] = {
    "test-copied": (lambda p: p.right(copy_of("t1")), "A cell was copied", FULL),
    "solution-split": (
        lambda p: p.made(copy_of("s1", source=S1), s1="x = tong(1, 2)", s2="tich = None"),
        "A cell was copied",
        {"p1/t1": 2.0, "p1/t2": 0.0},
    ),
    "last-copy-wins": (
        lambda p: p.right(copy_of("s1", to_end=True, source="tong = None")),
        "A cell was copied",
        {"p1/t1": 0.0, "p1/t2": 1.5},
    ),
    "test-deleted": (lambda p: p.right(remove("t1")), "deleted", FULL),
    "all-tests-deleted": (lambda p: p.right(remove("t1", "t2")), "deleted", FULL),
    "locked-deleted": (lambda p: p.right(remove("setup")), "deleted", FULL),
    "answer-deleted": (lambda p: p.right(remove("m2", "task1")), "deleted", FULL),
    "all-deleted": (lambda p: p.right(lambda m: m.update(cells=[])), "deleted", {"p1/t1": 0.0, "p1/t2": 0.0}),
    "test-became-text": (lambda p: p.right(became("t1", "markdown")), "type was changed", FULL),
    "answer-became-code": (lambda p: p.right(became("m2", "code")), "type was changed", FULL),
    "solution-became-text": (lambda p: p.right(became("s1", "markdown")), "type was changed", FULL),
    "moved": (lambda p: p.right(reverse), "moved", FULL),
    "not-graded": (lambda p: p.right(about("t1", grade=False)), "metadata", FULL),
    "made-solution": (lambda p: p.right(about("t1", solution=True)), "metadata", FULL),
    "emptied": (lambda p: p.right(without_metadata("t1")), "metadata", FULL),
    "odd-metadata": (lambda p: p.right(about("t1", points="nhiều", grade_id="t1")), "metadata", FULL),
    **{
        kind: (lambda p, number=number: p.right(everywhere(schema_version=number)), "schema_version", FULL)
        for kind, number in OLD_KIND.items()
    },
    "test-skipped": (
        lambda p: p.made(lambda m: find(m, "t1")["metadata"].update(tags=["skip-execution"]), s2="tich = None"),
        "skip-execution",
        {"p1/t1": 0.0, "p1/t2": 0.0},
    ),
    "bom": (lambda p: b"\xef\xbb\xbf" + json.dumps(p.right()).encode(), "byte order mark", FULL),
    "utf-16": (lambda p: json.dumps(p.right(), ensure_ascii=False).encode("utf-16"), "byte order mark", FULL),
    "format-5": (lambda p: p.right(lambda m: m.update(nbformat=5)), "nbformat", FULL),
    "half-character": (lambda p: p.right(m2="\ud800"), "half a character", FULL),
    "control": (
        lambda p: json.dumps(p.right(m2="a\nb")).replace("a\\nb", "a\nb"),
        "control character",
        FULL,
    ),
    "killed": (lambda p: p.right(s2="import os\nos._exit(1)"), "ends the kernel", {"p1/t1": 2.0, "p1/t2": 0.0}),
    # what the learner's process would have said of the test's value has no say: 1 of 1.5 points is what it earned
    "above": (lambda p: p.right(s1=S1 + FORGED, s2="tich = lambda a, b: 6"), "how values are shown", {"p1/t2": 1.0}),
    "precision": (lambda p: p.right(s1="%precision 3\n" + S1), "how values are shown", FULL),
}  # fmt: skip

# what can't be read: no score by either, a reason by us; the class goes on
UNREADABLE: dict[str, Callable[[Released], Any]] = {
    "cut-off": lambda p: json.dumps(p.right())[:-40],
    "empty": lambda p: b"",
    "no-json": lambda p: "%PDF-1.7",
    "a-list": lambda p: "[]",
    "deep": lambda p: "[" * 100_000,
    "no-cells": lambda p: "{}",
    "page": lambda p: "<!DOCTYPE html><html></html>",
    "bytes": lambda p: b"\x80\x81\x82",
}


def some(cases: Iterable[str]) -> list[Any]:
    """The cases as parameters; those that are too many for the suite are marked for the soak."""
    return [case if case in IN_THE_SUITE else pytest.param(case, marks=pytest.mark.soak) for case in cases]


@pytest.fixture(scope="module")
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Graded, Graded]:
    """Every case that is asked for is a student of one class."""
    course = TwoWays(tmp_path_factory.mktemp("damaged") / "course")
    course.source("ps1", {"p1.ipynb": source()})
    paper = Released(course.root / "release" / "ps1" / "p1.ipynb")
    cases = ALIKE | {name: make for name, (make, _, _) in DIFFERENT.items()}
    here = [item for item in request.session.items if item.path == request.path]
    wanted = {item.callspec.params["case"] for item in here if hasattr(item, "callspec")}
    kept = {name: make for name, make in cases.items() if name in wanted} | UNREADABLE
    for name, make in kept.items():
        course.hand_in(name, "ps1", {"p1.ipynb": make(paper)}, "2026-02-01 08:00:00 UTC")
    return course.ours("ps1"), course.theirs("ps1")


def one(found: Graded, student: str) -> Graded:
    """What became of one student."""
    kept = {student: found.notebooks[student]} if student in found.notebooks else {}
    refused = {student: found.refused[student]} if student in found.refused else {}
    return Graded({student: found.rows[student]}, kept, found.folder, refused)


@pytest.mark.parametrize("case", some(ALIKE))
def test_alike(graded: tuple[Graded, Graded], case: str) -> None:
    """Every row, every cell and every output agrees."""
    ours, theirs = graded
    same(one(ours, case), one(theirs, case))


@pytest.mark.parametrize("case", some(DIFFERENT))
def test_different_on_purpose(graded: tuple[Graded, Graded], case: str) -> None:
    """The list has the case; our scores are these; nbgrader has none, or others."""
    ours, theirs = graded
    _, words, expected = DIFFERENT[case]
    assert words in LISTED
    assert {name: ours.scores(case)[name] for name in expected} == expected
    assert one(ours, case).notebooks
    told = {name: theirs.scores(case)[name] for name in expected}
    assert told != expected or case in theirs.refused or ours.notebooks[case] != theirs.notebooks[case]


@pytest.mark.parametrize("case", UNREADABLE)
def test_unreadable(graded: tuple[Graded, Graded], case: str) -> None:
    """No score by either; the same rows; a sentence by us."""
    ours, theirs = graded
    assert ours.rows[case] == theirs.rows[case]
    assert case in theirs.refused
    assert "notebook" in ours.refused[case]
    assert case not in ours.notebooks
    assert "damaged" in LISTED


def test_nobody_is_lost(graded: tuple[Graded, Graded]) -> None:
    """Everyone who handed in has a row, and everyone who could be read has scores."""
    ours, _ = graded
    handed_in = {path.parent.name for path in ours.folder.glob("submitted/*/ps1")}
    assert set(ours.rows) == handed_in > {*UNREADABLE}
    assert set(ours.refused) == {*UNREADABLE}
