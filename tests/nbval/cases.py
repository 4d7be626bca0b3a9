"""Make the notebooks that nbval runs: each lesson's source edition beside answers made from its keys.

    python -m tests.nbval.cases [FOLDER]        (default: build/nbval)

nbval compares what a cell gives with the output stored in the notebook. So each graded cell stores the
points that it has to give: full points beside answers made from the keys, 0 beside wrong ones, 0 beside none.

A kernel takes a second to start, so only lessons with code are also run wrong and empty: there it is the kernel
that decides. That wrong, empty and blind answers to questions earn what they should, the grader's own tests say
for every lesson (tests/integration/test_lessons_answered.py).
"""

from __future__ import annotations

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from tests.built import LESSONS, ROOT, built_course

from hocvuso.lessons.master import Master, read_master
from hocvuso.places import Places
from hocvuso.questions import AnswerBook

CASES = ("right", "wrong", "none")
_EDITED = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def make_cases(folder: Path) -> list[Path]:
    """Write ``folder/<case>/<edition>/<edition>.ipynb`` anew for every lesson of the repository."""
    shutil.rmtree(folder, ignore_errors=True)
    places = built_course()
    return [
        make_case(places, edition, case, folder / case / edition)
        for edition in LESSONS
        for case in _cases_of(places, edition)
    ]


def _cases_of(places: Places, edition: str) -> tuple[str, ...]:
    has_code = read_master(places.source / edition / f"{edition}.ipynb").solutions
    return CASES if has_code else ("right",)


def make_case(places: Places, edition: str, case: str, folder: Path) -> Path:
    """One notebook with the outputs that it must give, and the answers beside it."""
    folder.mkdir(parents=True)
    master = read_master(places.source / edition / f"{edition}.ipynb")
    released = json.loads((places.release / edition / f"{edition}.ipynb").read_text(encoding="utf-8"))
    stubs = {cell["id"]: "".join(cell["source"]) for cell in released["cells"]}
    notebook = master.notebook
    for number, cell in enumerate((c for c in notebook["cells"] if c["cell_type"] == "code"), start=1):
        _expect(cell, case, stubs, number)
    if case != "none":
        _answers(master, case).write(folder / "answers.json")
    path = folder / f"{edition}.ipynb"
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def _expect(cell: dict[str, Any], case: str, stubs: dict[str, str], number: int) -> None:
    role = cell["metadata"].get("hocvuso", {}).get("role")
    cell["execution_count"] = number  # nbval does not look at the outputs of a cell that never ran
    if role == "grade":
        points = cell["metadata"]["nbgrader"]["points"] if case == "right" else 0
        cell["outputs"] = [_result(points, number)]
    elif role == "solution" and case != "right":
        cell["source"] = stubs[cell["id"]]
    elif role == "test" and case != "right":
        cell["metadata"]["tags"] = ["raises-exception"]
        cell["outputs"] = [
            {"output_type": "error", "ename": "NotImplementedError", "evalue": "", "traceback": []}
        ]
    elif role not in {"solution", "test"}:
        cell["metadata"]["tags"] = ["nbval-ignore-output"]


def _result(points: int, number: int) -> dict[str, Any]:
    return {
        "output_type": "execute_result",
        "execution_count": number,
        "data": {"text/plain": str(points)},
        "metadata": {},
    }


def _answers(master: Master, case: str) -> AnswerBook:
    book = AnswerBook(lesson=master.lesson, edition=master.edition)
    for question in master.questions:
        book = book.with_answer(question.id, question.samples(Random(7))[case], edited=_EDITED)
    return book


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "nbval"
    made = make_cases(target)
    sys.stdout.write(f"{len(made)} notebooks in {target}\n")
