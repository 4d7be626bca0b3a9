"""A free answer waits for a person; the points that the person gives reach the learner's result."""

from __future__ import annotations

import pytest
from grading_course import QUESTIONS, START, School, make_course
from nbgrader.api import Gradebook

from hocvuso.grading.regrade import regrade
from hocvuso.lessons.build import build
from hocvuso.lessons.release import release
from hocvuso.places import COURSE

pytestmark = pytest.mark.slow

CELL = """
```{code-cell} ipython3
:tags: [question]
FreeText(
    "viet-tra-loi",
    "Anh/chị trả lời cử tri thế nào?",
    rubric=[("Nói rõ nguy cơ lộ dữ liệu", 2), ("Lời lẽ tôn trọng", 1)],
    sample="Thưa bác, không nên đăng giấy tờ lên mạng.",
    why="Người dân cần biết vì sao và làm gì ngay.",
    points=3,
)
```
"""


@pytest.fixture
def school(tmp_path, monkeypatch) -> School:
    """A course whose lesson ends in a free answer."""
    monkeypatch.delenv("HOCVUSO_GRADEBOOK", raising=False)
    school = School(make_course(tmp_path))
    lesson = school.places.lessons / "t14" / f"{QUESTIONS}.md"
    lesson.write_text(lesson.read_text("utf-8") + CELL, "utf-8")
    assert build(school.places).ok
    release(school.places, now=START)
    return school


def hand_in(school: School, edition: str, text: str = "Thưa bác, nên gỡ ảnh.") -> None:
    school.on_site("an", school.answers(edition, "right") | {"viet-tra-loi": text}, edition)
    assert school.grade().tell("vi").count("1") >= 1


def give(school: School, edition: str, points: float) -> None:
    """As formgrader does when a trainer types points."""
    with Gradebook(school.places.gradebook_url, COURSE) as book:
        grade = book.find_grade("viet-tra-loi", edition, edition, "an")
        grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


def test_a_person_grades_a_free_answer(school):
    """It waits in the gradebook; graded by hand it counts there, and after `regrade` in the result too."""
    edition = next(path.name for path in school.places.release.glob(f"{QUESTIONS}*") if (path / "lesson.json").exists()
                   and "viet-tra-loi" in (path / "lesson.json").read_text("utf-8"))  # fmt: skip
    hand_in(school, edition)
    full = school.master(edition).points
    assert school.grades("an", edition)["viet-tra-loi"] == (None, None, True)
    before = school.result("an", edition)
    assert (before["state"], before["points"], before["out_of"]) == ("partly", full - 3, full)
    shown = (school.places.autograde / "an" / edition / f"{edition}.ipynb").read_text("utf-8")
    assert "2: Nói rõ nguy cơ lộ dữ liệu" in shown
    assert "Nói rõ nguy cơ" not in str(before) + str(school.released(edition))

    give(school, edition, 2)
    regrade(school.places, edition, now=school.now)
    assert school.grades("an", edition)["viet-tra-loi"] == (None, 2.0, False)
    after = school.result("an", edition)
    last = next(part for part in after["questions"] if part["id"] == "viet-tra-loi")
    assert (after["state"], after["points"]) == ("graded", full - 1)
    assert (last["state"], last["points"], last["key"]) == (
        "partial",
        2,
        "Thưa bác, không nên đăng giấy tờ lên mạng.",
    )

    hand_in(school, edition, "Bác cứ gỡ ảnh xuống là được.")
    assert school.grades("an", edition)["viet-tra-loi"] == (None, 2.0, True)
    assert school.result("an", edition)["state"] == "partly"
    regrade(school.places, edition, now=school.now)
    assert school.result("an", edition)["state"] == "partly", "the earlier points are not for this answer"
