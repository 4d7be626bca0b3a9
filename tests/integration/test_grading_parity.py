"""``nbgrader autograde`` with its own executor and our grader agree on every Grade row, but for a named list.

The list is docs/differences.md; each of its rows that learners can bring about is asserted here, both sides.
"""

from __future__ import annotations

import copy
import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from grading_course import CODING, QUESTIONS, School, make_course
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from hocvuso.places import COURSE, Places, folder_of

pytestmark = [
    pytest.mark.slow,
    # two habits of nbgrader: rows that are put together while others are written, and a copied cell's id
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
    pytest.mark.filterwarnings("ignore:Non-unique cell id"),
]
HELPER = '\ndef giup(bang):\n    return bang[bang["trang_thai"] == "chưa"]\n'
LISTED = (Path(__file__).parents[2] / "docs" / "differences.md").read_text("utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course as the operator released it."""
    root = tmp_path_factory.mktemp("course")
    make_course(root)
    return root


@pytest.fixture
def school(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """A copy of the course of one's own."""
    monkeypatch.delenv("HOCVUSO_GRADEBOOK", raising=False)
    shutil.copytree(built, tmp_path / "course")
    return School(Places(tmp_path / "course"))


def stock(school: School, edition: str) -> dict[str, dict[str, Any]]:
    """Run nbgrader on the folders that we hand it, in a gradebook of its own: automatic scores by learner."""
    root = school.places.root
    db = root / "stock.db"
    shutil.copy(root / "released.db", db)
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = COURSE
    config.CourseDirectory.submitted_directory = "stock-submitted"
    config.CourseDirectory.autograded_directory = "stock-autograded"
    config.CourseDirectory.db_url = f"sqlite:///{db}"
    config.CourseDirectory.assignment_id = edition
    config.ExecutePreprocessor.shutdown_kernel = "immediate"
    with suppress(NbGraderException):  # someone's submission could not be graded; the rows below show whose
        Autograde(coursedir=CourseDirectory(config=config), config=config).start()
    return rows(f"sqlite:///{db}", edition)


def rows(url: str, edition: str) -> dict[str, dict[str, Any]]:
    """(automatic score, needs a person) by learner and cell; nothing for who has no submission."""
    found: dict[str, dict[str, Any]] = {}
    with Gradebook(url, COURSE) as book:
        for student in book.students:
            try:
                submission = book.find_submission(edition, student.id)
            except MissingEntry:
                continue
            grades = [g for n in submission.notebooks for g in n.grades]
            comments = [c for n in submission.notebooks for c in n.comments]
            found[student.id] = {g.name: (g.auto_score, g.needs_manual_grade) for g in grades}
            found[student.id] |= {f"comment {c.name}": c.auto_comment for c in comments}
    return found


def hand_in(school: School, edition: str, cases: dict[str, dict[str, Any]]) -> None:
    """Give the same folders to nbgrader (as collected) and to us (as handed in from a JupyterLab)."""
    shutil.copy(school.places.var / "grader" / "gradebook.db", school.places.root / "released.db")
    for learner, files in cases.items():
        folder = school.in_lab(learner, edition, files)
        shutil.copytree(folder, school.places.root / "stock-submitted" / folder_of(learner) / edition)


def question_case(school: School, answers: Any) -> dict[str, Any]:
    """A question lesson's folder."""
    book = answers if isinstance(answers, bytes) else school.book(QUESTIONS, answers)
    return {f"{QUESTIONS}.ipynb": school.released(QUESTIONS), "answers.json": book}


def code_case(school: School, notebook: dict[str, Any]) -> dict[str, Any]:
    """The coding lesson's folder."""
    book = school.book(CODING, school.answers(CODING, "partial"))
    return {f"{CODING}.ipynb": notebook, "answers.json": book}


def test_question_lessons_get_the_same_grades(school):
    """Right, partly right, wrong, empty, malformed and partly damaged answers: every row agrees."""
    some = school.answers(QUESTIONS, "right")
    first, second, *_ = some
    cases = {kind: question_case(school, school.answers(QUESTIONS, kind)) for kind in
             ("right", "partial", "wrong", "empty", "malformed")}  # fmt: skip
    cases["unknown"] = question_case(school, some | {"khong-co": "a"})
    half = school.book(QUESTIONS, some)
    half["answers"][first]["revision"] = -1
    half["answers"][second] = 7
    cases["half"] = question_case(school, json.dumps(half).encode("utf-8"))
    cases["none"] = {f"{QUESTIONS}.ipynb": school.released(QUESTIONS)}
    cut = school.released(QUESTIONS)
    del cut["cells"][0]
    cases["prose-gone"] = {**cases["right"], f"{QUESTIONS}.ipynb": cut}
    hand_in(school, QUESTIONS, cases)
    assert school.grade().graded == len(cases)
    ours = rows(school.places.gradebook_url, QUESTIONS)
    theirs = stock(school, QUESTIONS)
    assert set(ours) == set(cases)
    assert ours == theirs
    assert sum(score for score, _ in ours["right"].values()) == school.master(QUESTIONS).points


def test_coding_lessons_get_the_same_grades(school):
    """Right, untouched, broken, crashing, warning, printing and partly done code: every row agrees."""
    spent = "import warnings\n\ndef xep_don(bang):\n    warnings.warn('x')\n    return bang"
    cases = {
        "right": school.solved(),
        "untouched": school.released(CODING),
        "syntax": school.solved(loc_don="def loc_don(bang:"),
        "wrong": school.solved(loc_don="def loc_don(bang): return bang"),
        "warns": school.solved(xep_don=spent),
        "prints": school.solved(
            xep_don="print('xin chào')\ndef xep_don(bang):\n    print(1)\n    return bang"
        ),
        "exits": school.solved(loc_don="import sys\nsys.exit(1)"),
        "one-left": school.solved(dem_linh_vuc=None),
        "no-traceback": school.solved(loc_don="get_ipython().showtraceback = lambda *a, **k: None\n1/0"),
    }
    edited = school.solved()
    for cell in edited["cells"]:
        if role_of(cell) == "test":
            cell["source"] = "pass"
            cell["metadata"]["nbgrader"]["points"] = 100
    cases["tests-edited"] = edited
    hand_in(school, CODING, {name: code_case(school, notebook) for name, notebook in cases.items()})
    assert school.grade().graded == len(cases)
    ours = rows(school.places.gradebook_url, CODING)
    theirs = stock(school, CODING)
    assert set(ours) == set(cases)
    assert ours == theirs
    code = [cell.id for cell in school.master(CODING).tests]
    assert [ours["right"][name][0] for name in code] == [2.0, 2.0, 2.0]
    assert [ours["tests-edited"][name][0] for name in code] == [2.0, 2.0, 2.0]
    assert [ours["untouched"][name][0] for name in code] == [0.0, 0.0, 0.0]


def test_the_listed_differences_of_code_are_as_listed(school):
    """Each damaged or hostile notebook: what nbgrader makes of it, what we do, and that the list has it."""
    ungraded = school.solved()
    next(c for c in ungraded["cells"] if role_of(c) == "test")["metadata"]["nbgrader"]["grade"] = False
    noisy = "import sys\n\ndef loc_don(bang):\n    print('x\\n' * 1100)\n    print('lỗi', file=sys.stderr)\n"
    notebooks = {
        "tests-deleted": without(school.solved(), "test"),
        "setup-edited": with_setup(school.solved(loc_don="loc_don = giup")),
        "own-cell": with_own_cell(school.solved(loc_don="loc_don = giup")),
        "kernel-killed": school.solved(xep_don="import os\nos._exit(1)"),
        "moved": moved(school.solved()),
        "metadata": ungraded,
        "noisy": school.solved(loc_don=noisy + '    return bang[bang["trang_thai"] == "chưa"]'),
    }
    hand_in(school, CODING, {name: code_case(school, notebook) for name, notebook in notebooks.items()})
    school.grade()
    ours, theirs = rows(school.places.gradebook_url, CODING), stock(school, CODING)
    code = [cell.id for cell in school.master(CODING).tests]

    def both(name: str) -> tuple[list[Any], list[Any]]:
        return [ours[name][c][0] for c in code], [theirs[name].get(c, (None,))[0] for c in code]

    assert both("tests-deleted") == ([2.0, 2.0, 2.0], [None, None, None])
    assert both("own-cell") == ([2.0, 2.0, 2.0], [2.0, 2.0, 2.0])
    assert both("setup-edited") == ([2.0, 2.0, 2.0], [2.0, 2.0, 2.0])
    assert both("kernel-killed") == ([2.0, 0.0, 0.0], [None, None, None])
    assert both("moved") == ([2.0, 2.0, 2.0], [0.0, 0.0, 0.0])
    assert both("metadata") == ([2.0, 2.0, 2.0], [None, None, None])
    assert both("noisy") == ([0.0, 2.0, 2.0], [2.0, 2.0, 2.0])
    for case in ("deleted", "ends the kernel", "moved", "metadata", "1000 lines"):
        assert case in LISTED


def test_a_copied_test_cell_stops_nbgrader_for_everyone_and_us_for_nobody(school):
    """With nbgrader the class is aborted and the neighbour gets no grade; here both are graded."""
    copied = school.solved()
    tests = [c for c in copied["cells"] if role_of(c) == "test"]
    copied["cells"].append(copy.deepcopy(tests[0]))
    hand_in(
        school,
        CODING,
        {"a-copied": code_case(school, copied), "b-honest": code_case(school, school.solved())},
    )
    assert school.grade().graded == 2
    ours = rows(school.places.gradebook_url, CODING)
    assert ours["a-copied"] == ours["b-honest"]
    theirs = stock(school, CODING)
    assert "b-honest" not in theirs
    assert "copied" in LISTED


def test_a_damaged_folder_is_refused_where_nbgrader_gives_nothing_or_zero(school):
    """Broken answers: nbgrader says 0, we refuse; a broken notebook: no grade there, answers count here."""
    whole = question_case(school, school.answers(QUESTIONS, "right"))
    cases = {
        "answers-cut": {**whole, "answers.json": b'{"format": 1, "answ'},
        "notebook-cut": {**whole, f"{QUESTIONS}.ipynb": b'{"cells": ['},
        "questions-deleted": {**whole, f"{QUESTIONS}.ipynb": without(school.released(QUESTIONS), "grade")},
    }
    hand_in(school, QUESTIONS, cases)
    summary = school.grade()
    assert (summary.graded, summary.refused) == (2, 1)
    ours, theirs = rows(school.places.gradebook_url, QUESTIONS), stock(school, QUESTIONS)
    full = school.master(QUESTIONS).points
    total = {name: sum(score or 0 for score, _ in found.values()) for name, found in ours.items()}
    assert total == {"notebook-cut": full, "questions-deleted": full}
    assert {score for score, _ in theirs["answers-cut"].values()} == {0.0}
    for name in ("notebook-cut", "questions-deleted"):
        assert {score for score, _ in theirs[name].values()} == {None}
    for case in ("answers.json is damaged", "notebook file is damaged"):
        assert case in LISTED


def role_of(cell: dict[str, Any]) -> str:
    """What a cell is for, in our own metadata."""
    return cell["metadata"].get("hocvuso", {}).get("role", "")


def without(notebook: dict[str, Any], role: str) -> dict[str, Any]:
    """The notebook without the cells of one role."""
    notebook["cells"] = [c for c in notebook["cells"] if role_of(c) != role]
    return notebook


def with_setup(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with a helper in the author's setup cell."""
    setup = next(c for c in notebook["cells"] if role_of(c) == "setup")
    setup["source"] += HELPER
    return notebook


def with_own_cell(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with a helper in a cell that the learner added."""
    cell = {
        "cell_type": "code",
        "id": "own",
        "metadata": {},
        "source": HELPER,
        "outputs": [],
        "execution_count": None,
    }
    notebook["cells"].insert(0, cell)
    return notebook


def moved(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook upside down."""
    notebook["cells"].reverse()
    return notebook
