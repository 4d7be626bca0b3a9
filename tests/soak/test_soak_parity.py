"""Random submissions, honest and damaged, through nbgrader's own autograde and through ours: the grades agree.

Where docs/differences.md says that they don't, ours is what the undamaged submission would have earned.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import test_grading_parity as parity
from grading_course import CODING, QUESTIONS, School, make_course

pytestmark = [
    pytest.mark.soak,
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
    pytest.mark.filterwarnings("ignore:Non-unique cell id"),
]
SEED = int(os.environ.get("SOAK_SEED") or secrets.randbelow(10**6))
KINDS = ("right", "partial", "wrong", "empty", "malformed")
ODD_VALUES = (
    None,
    True,
    0,
    -1,
    1e300,
    "",
    "  ",
    "a",
    "A",
    "đ" * 300,
    [],
    ["a", "a"],
    {},
    {"a": {"b": []}},
    [[[]]],
)
CODE = {
    "loc_don": (
        None,
        "",
        "def loc_don(bang): return bang",
        "def loc_don(bang:",
        "1/0",
        "loc_don = 3",
        "import sys\nsys.exit(1)",
        "print('x' * 1000)",
        "raise KeyboardInterrupt",
    ),
    "xep_don": (
        None,
        "import warnings\ndef xep_don(bang):\n    warnings.warn('x')\n    return bang",
        "def xep_don(bang): return None",
        "def xep_don(*a, **k): raise ValueError('đơn')",
        "import sys\nprint('lỗi', file=sys.stderr)",
        "def xep_don(bang): return bang.sort_index()",
    ),
    "dem_linh_vuc": (
        None,
        "def dem_linh_vuc(bang): return {}",
        "def dem_linh_vuc(bang): return 10**10",
        "dem_linh_vuc = lambda b: b['linh_vuc'].value_counts()",
        "assert False, 'x'",
    ),
}


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """A course with both lessons."""
    monkeypatch.delenv("HOCVUSO_GRADEBOOK", raising=False)
    (tmp_path / "course").mkdir()
    return School(make_course(tmp_path / "course"))


def some_answers(school: School, edition: str, chance: random.Random) -> dict[str, Any]:
    """To each question something: right, wrong, odd, or nothing."""
    found = {}
    for question in school.master(edition).questions:
        samples = question.samples(chance)
        kind = chance.choice((*KINDS, "right", "odd", "missing"))
        if kind == "odd":
            found[question.id] = chance.choice(ODD_VALUES)
        elif kind != "missing":
            found[question.id] = samples.get(kind, samples["right"])
    return found


def some_book(school: School, edition: str, chance: random.Random) -> dict[str, Any]:
    """An answers.json, with what a strange program may have left in it."""
    book = school.book(edition, some_answers(school, edition, chance))
    entries = book["answers"]
    for name in list(entries):
        if chance.random() < 0.15:
            entries[name][chance.choice(("answer", "revision", "edited"))] = chance.choice(ODD_VALUES)
        elif chance.random() < 0.05:
            entries[name] = chance.choice(ODD_VALUES)
    if chance.random() < 0.3:
        entries["khong-co"] = {"answer": "a", "revision": 1, "edited": "2026-01-01T00:00:00.000Z"}
    return book


def harmless(notebook: dict[str, Any], chance: random.Random) -> None:
    """Damage that concerns neither grader: prose, outputs, widget state, a cell of one's own at the end."""
    cells = notebook["cells"]
    prose = [cell for cell in cells if cell["cell_type"] == "markdown"]
    ways: tuple[Callable[[], object], ...] = (
        lambda: cells.remove(chance.choice(prose)),
        lambda: chance.choice(prose).update(source="Em viết vào đây."),
        lambda: notebook["metadata"].update(widgets={"state": {"x": chance.random()}}),
        lambda: cells.append({"cell_type": "markdown", "id": "own", "metadata": {}, "source": "Ghi chú"}),
        lambda: chance.choice(cells)["metadata"].update(collapsed=True, tags=["x", "đ"]),
        lambda: None,
    )
    chance.choice(ways)()


def listed(notebook: dict[str, Any], chance: random.Random) -> None:
    """Damage for which docs/differences.md lists that nbgrader gives no or another grade."""
    cells = notebook["cells"]
    graded = [cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade")]
    ways: tuple[Callable[[], object], ...] = (
        lambda: cells.remove(chance.choice(graded)),
        lambda: chance.choice(graded)["metadata"]["nbgrader"].update(grade=False),
        lambda: chance.choice(graded)["metadata"]["nbgrader"].update(points=1000, schema_version=1),
        lambda: chance.choice(graded)["metadata"].pop("nbgrader"),
        lambda: chance.shuffle(cells),
    )
    chance.choice(ways)()


def broken(data: bytes, chance: random.Random) -> bytes:
    """``data`` after an accident: bytes changed, cut off, doubled or gone."""
    at = chance.randrange(len(data))
    end = min(len(data), at + chance.randint(1, 40))
    ways = (
        data[:at],
        data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :],
        data[:at] + data[at:end] + data[at:],
        data[:at] + data[end:],
        data[:at] + chance.randbytes(end - at) + data[end:],
    )
    return chance.choice(ways)


def compare(school: School, edition: str, cases: dict[str, dict[str, Any]], twins: dict[str, str]) -> None:
    """Grade ``cases`` both ways: the same rows; a case that has a twin gets what its twin gets."""
    parity.hand_in(school, edition, cases)
    for case in twins:  # some of the listed damage makes nbgrader stop for the whole class
        shutil.rmtree(school.places.root / "stock-submitted" / case)
    summary = school.grade()
    assert (summary.taken, summary.failed) == (len(cases), 0)
    ours, theirs = parity.rows(school.places.gradebook_url, edition), parity.stock(school, edition)
    refused = {case for case in cases if school.result(case, edition)["state"] == "refused"}
    for case in set(cases) - refused:
        expected = ours[twins[case]] if case in twins else theirs[case]
        assert ours[case] == expected, (SEED, case)
    assert refused.isdisjoint(ours), SEED  # no grade was there before
    assert all("broken" in case for case in refused), (SEED, refused)


def test_random_submissions_of_questions(school):
    """Twenty: any answers in any shape; half of them with damage besides."""
    chance = random.Random(SEED)
    cases: dict[str, dict[str, Any]] = {}
    twins: dict[str, str] = {}
    for number in range(12):
        notebook, book = school.released(QUESTIONS), some_book(school, QUESTIONS, chance)
        harmless(notebook, chance)
        cases[f"q{number:02}"] = {f"{QUESTIONS}.ipynb": notebook, "answers.json": book}
    for number in range(4):
        twin = cases[f"q{number:02}"]
        notebook = school.released(QUESTIONS)
        listed(notebook, chance)
        cases[f"listed{number}"] = {**twin, f"{QUESTIONS}.ipynb": notebook}
        twins[f"listed{number}"] = f"q{number:02}"
    for number in range(4):
        book = json.dumps(some_book(school, QUESTIONS, chance), ensure_ascii=False).encode("utf-8")
        cases[f"broken{number}"] = {
            f"{QUESTIONS}.ipynb": school.released(QUESTIONS),
            "answers.json": broken(book, chance),
        }
    compare(school, QUESTIONS, cases, twins)


def test_random_submissions_of_code(school):
    """Ten: each solution right, wrong, empty, crashing or loud; some with damage besides."""
    chance = random.Random(SEED)
    cases: dict[str, dict[str, Any]] = {}
    twins: dict[str, str] = {}
    for number in range(6):
        instead = {name: chance.choice(ways) for name, ways in CODE.items() if chance.random() < 0.6}
        notebook = school.solved(CODING, **instead)
        harmless(notebook, chance)
        cases[f"c{number:02}"] = parity.code_case(school, notebook)
    for number in range(2):
        notebook = json.loads(json.dumps(cases[f"c{number:02}"][f"{CODING}.ipynb"]))
        listed(notebook, chance)
        cases[f"listed{number}"] = parity.code_case(school, notebook)
        twins[f"listed{number}"] = f"c{number:02}"
    for number in range(2):
        whole = json.dumps(cases[f"c{number:02}"][f"{CODING}.ipynb"], ensure_ascii=False).encode("utf-8")
        half = parity.code_case(school, {}) | {f"{CODING}.ipynb": whole[: chance.randrange(len(whole))]}
        cases[f"broken{number}"] = half
    compare(school, CODING, cases, twins)
