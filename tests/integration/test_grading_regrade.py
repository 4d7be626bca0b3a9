"""A corrected key scores everybody anew: the log keeps both scores, what people decided stays, all files follow."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from grading_course import CODING, QUESTIONS, START, School, make_course
from killed import count_steps, kill, moments
from nbgrader.api import Gradebook

from hocvuso.errors import SetupError
from hocvuso.exchange.claims import Claims
from hocvuso.grading import regrade as regrade_module
from hocvuso.grading.begun import find_begun
from hocvuso.grading.outcome import Outcomes
from hocvuso.grading.regrade import regrade
from hocvuso.grading.status import find_status, lines
from hocvuso.lessons.build import build
from hocvuso.lessons.release import release
from hocvuso.places import COURSE, Places

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course as the operator released it."""
    root = tmp_path_factory.mktemp("course")
    make_course(root)
    return root


@pytest.fixture
def school(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """A copy of the course, in which an and binh (from a JupyterLab) have been graded."""
    monkeypatch.delenv("HOCVUSO_GRADEBOOK", raising=False)
    shutil.copytree(built, tmp_path / "course")
    school = School(Places(tmp_path / "course"))
    school.on_site("an", school.answers(QUESTIONS, "right"))
    book = school.book(QUESTIONS, school.answers(QUESTIONS, "right") | {"khong-co": "a"})
    school.in_lab("binh", QUESTIONS, {f"{QUESTIONS}.ipynb": school.released(QUESTIONS), "answers.json": book})
    assert school.grade().graded == 2
    return school


def choice(school: School) -> Any:
    """The first question whose key can be another option."""
    return next(q for q in school.master(QUESTIONS).questions if q.type == "choice")


def correct_key(school: School) -> str:
    """The author finds that another option is right; built and released, it is the same edition. The question's id."""
    question = choice(school)
    other = next(option for option in question.options if option != question.key)
    lesson = school.places.lessons / "t14" / f"{QUESTIONS}.md"
    text = lesson.read_text("utf-8")
    at = text.index(f'"{question.id}"')
    lesson.write_text(text[:at] + text[at:].replace(f'key="{question.key}"', f'key="{other}"', 1), "utf-8")
    assert build(school.places).built == (QUESTIONS,)
    assert release(school.places, now=START) == (QUESTIONS,)
    return question.id


def again(school: School, lesson: str = QUESTIONS, **options: Any) -> Any:
    """Regrade."""
    return regrade(school.places, lesson, now=school.now, **options)


def test_a_corrected_key_scores_everybody_anew(school):
    """Gradebook, result, feedback (also the JupyterLab's) and graded notebook follow; the log has old and new."""
    full = school.master(QUESTIONS).points
    page = next((school.places.labs / "binh" / "feedback").iterdir())
    before, name = page.read_text("utf-8"), correct_key(school)
    done = again(school)
    assert (done.scored, done.changed, done.left) == (2, 2, 0)
    lost = choice(school).points
    for learner in ("an", "binh"):
        result = school.result(learner)
        states = {q["id"]: q["state"] for q in result["questions"]}
        assert (result["points"], states[name], result["state"]) == (full - lost, "wrong", "graded")
        assert result["evidence"]["master"] == f"sha256:{school.master(QUESTIONS).hash}"
        assert school.grades(learner, QUESTIONS)[name] == (0.0, None, False)
        log = school.rows("SELECT learner, points, counts FROM hocvuso_scores ORDER BY id")
        assert [row[1:] for row in log if row[0] == learner] == [(full, 1), (full - lost, 1)]
        shown = (school.places.autograde / learner / QUESTIONS / f"{QUESTIONS}.ipynb").read_text("utf-8")
        assert choice(school).show_key() in shown
    assert page.read_text("utf-8") != before
    assert choice(school).show_key() in page.read_text("utf-8")
    assert "khong-co" in json.dumps(school.result("binh")["reasons"])
    assert school.rows("SELECT count(*) FROM hocvuso_audit WHERE action = 'regraded'") == [(2,)]


def test_regrading_again_changes_nothing(school):
    """Neither the log nor a score; the command may be given twice."""
    correct_key(school)
    again(school)
    before = school.rows("SELECT * FROM hocvuso_scores ORDER BY id"), school.grades("an", QUESTIONS)
    done = again(school)
    assert (done.scored, done.changed) == (2, 0)
    assert (school.rows("SELECT * FROM hocvuso_scores ORDER BY id"), school.grades("an", QUESTIONS)) == before


def test_what_people_decided_survives(school):
    """Manual score, extra credit, comment and flag stay as they are; a cell that was looked at needs no other look."""
    name = choice(school).id
    with Gradebook(school.places.gradebook_url, COURSE) as book:
        grade = book.find_grade(name, QUESTIONS, QUESTIONS, "an")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 0.5, 0.25, False
        book.find_submission_notebook(QUESTIONS, QUESTIONS, "an").flagged = True
        book.db.commit()
    correct_key(school)
    again(school)
    with Gradebook(school.places.gradebook_url, COURSE) as book:
        grade = book.find_grade(name, QUESTIONS, QUESTIONS, "an")
        found = (grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade)
        assert found == (0.0, 0.5, 0.25, False)
        assert book.find_submission_notebook(QUESTIONS, QUESTIONS, "an").flagged


def test_a_refusal_that_came_later_is_still_what_is_shown(school):
    """The earlier grade is scored anew; the learner still sees why the last submission was refused."""
    school.in_lab("an", QUESTIONS, {"answers.json": b"\x00"})
    assert school.grade().refused == 1
    name = correct_key(school)
    assert again(school).scored == 2
    assert school.result("an")["state"] == "refused"
    assert school.grades("an", QUESTIONS)[name][0] == 0.0


def test_only_what_counts_is_scored_anew(school):
    """Of two submissions the later one; the earlier one's entry in the log stays the only one."""
    school.on_site("an", school.answers(QUESTIONS, "wrong"))
    school.grade()
    correct_key(school)
    again(school)
    log = school.rows("SELECT submission FROM hocvuso_scores WHERE learner = 'an' ORDER BY id")
    assert len(log) == 3
    assert log[0] != log[1] == log[2]


def test_a_submission_that_comes_meanwhile_is_not_overwritten(school, monkeypatch):
    """One that is graded between the reading of the log and the writing has the last word."""
    name = correct_key(school)
    real = regrade_module._Regrader._assess

    def meanwhile(self, row):
        if row.learner == "an" and not newer:
            newer.append(row)
            self._claims.free("an+" + QUESTIONS)
            school.on_site("an", school.answers(QUESTIONS, "right"))
            school.grade()
        return real(self, row)

    newer: list[Any] = []
    monkeypatch.setattr(regrade_module._Regrader, "_assess", meanwhile)
    assert again(school).scored == 1
    assert school.result("an")["submission"] != newer[0].submission
    assert school.grades("an", QUESTIONS)[name][0] == choice(school).points


def test_what_a_grader_holds_is_waited_for(school):
    """A learner whose submission is being graded just now is scored once it is done."""
    correct_key(school)
    with Claims(school.places.var / "grader") as other:
        assert other.take(f"an+{QUESTIONS}")
        pauses: list[float] = []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            other.free(f"an+{QUESTIONS}")

        assert again(school, pause=pause).scored == 2
    assert len(pauses) == 1


def test_a_regrade_that_was_cut_off_is_done_by_the_next(school, monkeypatch):
    """When the files could not be written after the gradebook, the second run writes them."""
    correct_key(school)
    with monkeypatch.context() as patch:
        patch.setattr(Outcomes, "shown", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            again(school)
    assert find_begun(school.places) == {QUESTIONS: False}
    again(school)
    assert find_begun(school.places) == {}
    new = f"sha256:{school.master(QUESTIONS).hash}"
    assert {school.result(who)["evidence"]["master"] for who in ("an", "binh")} == {new}
    assert len(school.rows("SELECT 1 FROM hocvuso_scores")) == 4


def state(school: School) -> dict[str, Any]:
    """All that a regrade changes: scores, results, pages and graded notebooks, without when it was."""
    files = [*school.places.results.rglob("*"), *school.places.feedback.rglob("*")]
    files += [*school.places.autograde.rglob("*"), *school.places.labs.rglob("feedback/*")]
    texts = {
        str(f.relative_to(school.places.root)): re.sub(rb'"graded": "[^"]*"', b"", f.read_bytes())
        for f in files
        if f.is_file()
    }
    log = school.rows(
        "SELECT submission, learner, state, counts, points, master FROM hocvuso_scores ORDER BY learner, id"
    )
    return {"files": texts, "log": log, **{who: school.grades(who, QUESTIONS) for who in ("an", "binh")}}


def test_a_regrade_that_was_killed_is_named_until_it_is_done_again(school, tmp_path):
    """At moments from its beginning to its end: `hocvuso status` says so; done again, all is as it should be."""
    correct_key(school)
    before = tmp_path / "before"
    shutil.copytree(school.places.root, before)
    words = "regrade", QUESTIONS
    steps = count_steps(school.places.root, *words)
    whole = state(school)
    cut_off = 0
    for number, moment in enumerate(moments(2611, 6, steps)):
        other = School(Places(tmp_path / str(number)))
        shutil.copytree(before, other.places.root)
        kill(other.places.root, moment, *words)
        if found := find_begun(other.places):
            cut_off += 1
            assert found == {QUESTIONS: False}
            told = list(lines(find_status(other.places, other.now()), "en"))
            assert f"Regrading {QUESTIONS} was cut off: run hocvuso regrade {QUESTIONS} again." in told
        again(other)
        assert (state(other), find_begun(other.places)) == (whole, {})
    assert cut_off


def test_two_regradings_of_one_lesson_do_not_meet(school, monkeypatch):
    """The second one is told so; status says that one is at work."""
    real, seen = regrade_module._Regrader.regrade, []

    def meanwhile(self, *given):
        seen.append(list(lines(find_status(school.places, school.now()), "en")))
        with pytest.raises(SetupError, match="đang được chấm lại"):
            again(school)
        real(self, *given)

    monkeypatch.setattr(regrade_module._Regrader, "regrade", meanwhile)
    assert again(school).scored == 2
    assert f"{QUESTIONS} is being regraded." in seen[0]


def test_answers_that_were_not_stored_are_read_from_the_evidence(school):
    """A gradebook from before answers were stored gives the same new scores."""
    name = correct_key(school)
    with Gradebook(school.places.gradebook_url, COURSE) as book:
        book.db.connection().exec_driver_sql("DELETE FROM hocvuso_answers")
        book.db.commit()
    assert again(school).changed == 2
    for learner in ("an", "binh"):
        states = {q["id"]: q["state"] for q in school.result(learner)["questions"]}
        assert states.pop(name) == "wrong"
        assert set(states.values()) == {"right"}


def test_a_lesson_that_was_never_released_can_not_be_regraded(school):
    """The operator is told so."""
    with pytest.raises(SetupError, match="chưa được phát hành"):
        again(school, "t99-99")


@pytest.mark.parametrize("rerun", [False, True])
def test_code_keeps_its_scores_by_what_it_answered_or_by_another_run(school, rerun):
    """The tests are the same, so are the scores; without a rerun no learner code has to run, or it is said so."""
    files = {
        f"{CODING}.ipynb": school.solved(),
        "answers.json": school.book(CODING, school.answers(CODING, "right")),
    }
    school.in_lab("chi", CODING, files)
    assert school.grade().graded == 1
    before = school.grades("chi", CODING)
    done = again(school, CODING, rerun=rerun)
    assert (done.scored + done.left, done.changed) == (1, 0)
    assert done.scored == 1 or not rerun
    assert school.grades("chi", CODING) == before
