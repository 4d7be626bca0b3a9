"""What nbgrader writes besides scores: times, penalties, comments, missing notebooks; and what people wrote stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from both import Graded, TwoWays, same
from nbgrader.api import Gradebook
from notebooks import S1, Released, source

PLUGIN = '''
from nbgrader.plugins import BasePlugin


class ByHour(BasePlugin):
    """A tenth of a point for every hour; more than there is, and less than nothing, for some."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        if student_id == "qua-nhieu":
            return 1000
        if student_id == "am":
            return -3
        if student_id == "khong":
            return None
        return 0.1 * (total_seconds_late // 3600)
'''
DUE = "2026-02-02 08:00:00 UTC"
LATE = "2026-02-02 10:30:00 Asia/Ho_Chi_Minh"  # 3:30 UTC: not late at all
LATER = "2026-02-02 18:30:00.5 Asia/Ho_Chi_Minh"


def released(course: TwoWays, *names: str) -> Released:
    """The course's first assignment, generated."""
    course.source("ps1", {f"{name}.ipynb": source() for name in names or ("p1",)})
    with course.gradebook() as book:
        book.update_or_create_assignment("ps1", duedate=DUE)
    return Released(course.root / "release" / "ps1" / f"{(names or ('p1',))[0]}.ipynb")


def test_times_penalties_comments_and_extensions(course: TwoWays) -> None:
    """On time, late, without a time, with an empty one; the course's own plugin; an extension that was granted."""
    (course.root / "muon.py").write_text(PLUGIN, encoding="utf-8")
    course.set(
        f"import sys\nsys.path.insert(0, {str(course.root)!r})\nc.AssignLatePenalties.plugin_class = 'muon.ByHour'\n"
    )
    paper = released(course)
    hours = {"som": LATE, "muon": LATER, "qua-nhieu": LATER, "am": LATER, "khong": LATER, "gia-han": LATER}
    for student, time in hours.items():
        course.hand_in(student, "ps1", {"p1.ipynb": paper.right()}, time)
    course.hand_in("khong-gio", "ps1", {"p1.ipynb": paper.made(s1=S1)})
    course.hand_in(
        "gio-trong", "ps1", {"p1.ipynb": paper.made(m2="Vì thế.", m1="x = 1"), "timestamp.txt": " \n"}
    )
    with course.gradebook() as book:
        book.update_or_create_student("gia-han", first_name="Nguyễn", last_name="An")
        book.update_or_create_submission("ps1", "gia-han")
        book.grant_extension("ps1", "gia-han", hours=2)
    ours, theirs = course.ours("ps1"), course.theirs("ps1")
    same(ours, theirs)
    penalties = {student: row["notebooks"]["p1"][0] for student, row in ours.rows.items()}
    assert penalties["muon"] == pytest.approx(0.3)
    assert (penalties["som"], penalties["qua-nhieu"], penalties["am"], penalties["khong"]) == (
        None,
        3.5,
        0,
        None,
    )
    assert penalties["gia-han"] == pytest.approx(0.1)
    assert ours.rows["gio-trong"]["comments"]["p1/s1"] == ("No response.", None)
    assert ours.rows["muon"]["timestamp"] - ours.rows["som"]["timestamp"] == timedelta(hours=8, seconds=0.5)


def test_a_missing_notebook_is_zero_and_a_strange_one_is_left_alone(course: TwoWays) -> None:
    """Of two notebooks one was handed in, beside one that the assignment doesn't know."""
    paper = released(course, "p1", "p2")
    course.hand_in(
        "mot", "ps1", {"p1.ipynb": paper.right(), "p1-Copy1.ipynb": paper.right(), "du-lieu/a.txt": "1"}
    )
    course.hand_in("hai", "ps1", {"p1.ipynb": paper.right(), "p2.ipynb": paper.made()})
    ours = course.ours("ps1")
    same(ours, course.theirs("ps1"))
    assert ours.scores("mot")["p2/t1"] == 0
    assert (ours.folder / "autograded" / "mot" / "ps1" / "du-lieu" / "a.txt").read_text() == "1"


def test_what_people_wrote_survives(course: TwoWays) -> None:
    """Manual scores, extra credit, comments and flags stay as they are when a student hands in again."""
    paper = released(course)
    answers = {"m1": "print('a')", "m2": "Bởi vì."}
    for student in ("an", "binh", "chi"):
        course.hand_in(student, "ps1", {"p1.ipynb": paper.made(s1=S1, **answers)}, "2026-02-01 08:00:00 UTC")
    same(course.ours("ps1"), course.theirs("ps1"))
    for name in ("ours", "theirs"):
        with course.gradebook(course.copy(name)) as book:
            by_hand(book)
    course.hand_in("an", "ps1", {"p1.ipynb": paper.right(m2="Bởi thế.")}, "2026-02-01 09:00:00 UTC")
    course.hand_in("chi", "ps1", {"p1.ipynb": paper.made()}, "2026-02-01 09:00:00 UTC")
    ours, theirs = course.ours("ps1"), course.theirs("ps1")
    same(ours, theirs)
    kept = ours.rows["an"]["grades"]
    assert kept["p1/t1"] == {"auto": 2.0, "manual": 1.25, "extra": 0.5, "by_hand": True}
    assert kept["p1/m2"]["manual"] == 3.0
    assert kept["p1/task1"] == {"auto": None, "manual": 5.0, "extra": None, "by_hand": False}
    assert ours.rows["an"]["comments"]["p1/m2"] == (None, "Tốt.")
    assert ours.rows["an"]["notebooks"]["p1"] == (None, True)


def by_hand(book: Gradebook) -> None:
    """What an instructor does in formgrader."""
    for student in ("an", "chi"):
        for cell, manual, extra in (("t1", 1.25, 0.5), ("m2", 3.0, None), ("task1", 5.0, None)):
            grade = book.find_grade(cell, "p1", "ps1", student)
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = manual, extra, False
        book.find_comment("m2", "p1", "ps1", student).manual_comment = "Tốt."
        book.find_submission_notebook("p1", "ps1", student).flagged = True
    book.db.commit()


def test_only_what_is_due_is_graded(course: TwoWays) -> None:
    """What was graded stays, unless it is newer or asked for; both say the same of each."""
    paper = released(course)
    old, new = "2026-02-01 08:00:00 UTC", "2026-02-01 09:00:00 UTC"
    for student in ("an", "binh"):
        course.hand_in(student, "ps1", {"p1.ipynb": paper.made()}, old)
    same(course.ours("ps1", force=False), course.theirs("ps1", force=False))
    course.hand_in("an", "ps1", {"p1.ipynb": paper.right()}, old)
    course.hand_in("binh", "ps1", {"p1.ipynb": paper.right()}, new)
    ours = course.ours("ps1", force=False)
    same(ours, course.theirs("ps1", force=False))
    assert (ours.scores("an")["p1/t1"], ours.scores("binh")["p1/t1"]) == (0, 2)
    assert ours.tally is not None
    assert (ours.tally.graded, ours.tally.skipped) == (1, 1)


def test_one_notebook_of_a_student(course: TwoWays) -> None:
    """``--notebook`` grades one of two and leaves the other's file and scores."""
    paper = released(course, "p1", "p2")
    course.hand_in("an", "ps1", {"p1.ipynb": paper.right(), "p2.ipynb": paper.right()})
    same(course.ours("ps1"), course.theirs("ps1"))
    course.hand_in("an", "ps1", {"p1.ipynb": paper.made(), "p2.ipynb": paper.made()})
    ours = course.ours("ps1", "--notebook=p2")
    same(ours, course.theirs("ps1", "--notebook=p2"))
    assert (ours.scores("an")["p1/t1"], ours.scores("an")["p2/t1"]) == (2, 0)


def files_below(graded: Graded, student: str) -> dict[str, tuple[bytes, int]]:
    """Every file of a graded submission but the notebooks, with its permissions."""
    root = graded.folder / "autograded" / student / "ps1"
    found = (path for path in sorted(root.rglob("*")) if path.is_file() and path.suffix != ".ipynb")
    return {str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mode & 0o777) for path in found}


def test_files_beside_the_notebook(course: TwoWays, tmp_path: Path) -> None:
    """Data that the code reads: the instructor's in place of the student's, but for those that the course excepts."""
    course.set(
        "c.Autograde.exclude_overwriting = {'ps1': ['cua_toi.py']}\nc.CourseDirectory.groupshared = True\n"
    )
    made = source()
    made["cells"][5]["source"] = (
        "from cua_toi import giup\nassert giup() == 'học viên'\nassert open('so/lieu.csv').read() == 'gốc'"
    )
    beside = {"so/lieu.csv": "gốc", "cua_toi.py": "def giup():\n    return 'giảng viên'"}
    course.source("ps1", {"p1.ipynb": made, **beside})
    paper = Released(course.root / "release" / "ps1" / "p1.ipynb")
    theirs_too = {
        "so/lieu.csv": "sửa",
        "cua_toi.py": "def giup():\n    return 'học viên'",
        "them.txt": "của tôi",
    }
    course.hand_in("an", "ps1", {"p1.ipynb": paper.right(), **theirs_too}, "2026-02-01 08:00:00 UTC")
    ours, theirs = course.ours("ps1"), course.theirs("ps1")
    same(ours, theirs)
    assert ours.scores("an")["p1/t1"] == 2
    assert files_below(ours, "an") == files_below(theirs, "an")
    assert set(files_below(ours, "an")) == {"so/lieu.csv", "cua_toi.py", "them.txt", "timestamp.txt"}
