"""nbgrader's own commands in the course folder, as a trainer types them, on what our grader has taken in."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from grading_course import QUESTIONS, School, make_course

from hocvuso.places import Places

pytestmark = pytest.mark.slow
CONFIG = Path(__file__).parents[2] / "nbgrader_config.py"


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    """A course with this repository's configuration and three graded submissions."""
    root = tmp_path_factory.mktemp("khoa-hoc")
    make_course(root)
    shutil.copy(CONFIG, root)
    school = School(Places(root))
    for learner, kind in (("an", "right"), ("binh", "partial"), ("chi", "wrong")):
        school.on_site(learner, school.answers(QUESTIONS, kind))
    assert school.grade().graded == 3
    return school


def nbgrader(school: School, *words: str) -> str:
    """What an nbgrader command says; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=school.places.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_stock_autograde_gives_our_scores_again(school):
    """`nbgrader autograde --force` grades the collected submissions anew: every row of the gradebook is as before."""
    before = {learner: school.grades(learner, QUESTIONS) for learner in ("an", "binh", "chi")}
    graded = school.places.autograde / "an" / QUESTIONS / f"{QUESTIONS}.ipynb"
    ours = graded.read_bytes()
    nbgrader(school, "autograde", QUESTIONS, "--force")
    assert graded.read_bytes() != ours, "nbgrader wrote its own graded notebook"
    assert {learner: school.grades(learner, QUESTIONS) for learner in before} == before
    assert sum(score for score, *_ in before["an"].values()) == school.master(QUESTIONS).points
    assert sum(score for score, *_ in before["chi"].values()) == 0


def test_the_export_works_as_the_readme_types_it(school):
    """`nbgrader export` with our exporter writes a row per learner."""
    exporter = "--exporter=hocvuso.records.export.HocVuSoExporter"
    assert f"nbgrader export {exporter} --to=grades.csv" in (CONFIG.parent / "README.md").read_text("utf-8")
    nbgrader(school, "export", exporter, "--to=grades.csv")
    with (school.places.root / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"an", "binh", "chi"}
    assert float(rows["an"]["score"]) == float(rows["an"]["max_score"]) == school.master(QUESTIONS).points
