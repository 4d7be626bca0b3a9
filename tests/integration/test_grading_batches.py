"""Hundreds at once give what one by one gives; neither a crash at any step nor another grader loses anything."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from grading_course import CODING, QUESTIONS, School, make_course
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, inspect, text

from hocvuso.exchange.claims import Claims
from hocvuso.exchange.collect import find_waiting
from hocvuso.grading import grade as grade_module
from hocvuso.grading.gradebook import GradebookWriter
from hocvuso.places import COURSE, Places
from hocvuso.records.tables import INDEXES, open_gradebook

pytestmark = pytest.mark.slow
KINDS = ("right", "partial", "wrong", "empty")
ROWS = (
    "SELECT student_id, timestamp FROM submitted_assignment ORDER BY student_id",
    "SELECT id, first_name, last_name FROM student ORDER BY id",
    (
        "SELECT sa.student_id, b.name, g.auto_score, g.manual_score, g.needs_manual_grade FROM grade g "
        "JOIN submitted_notebook sn ON sn.id = g.notebook_id JOIN base_cell b ON b.id = g.cell_id "
        "JOIN submitted_assignment sa ON sa.id = sn.assignment_id ORDER BY sa.student_id, b.name"
    ),
    (
        "SELECT sa.student_id, b.name, c.auto_comment, c.manual_comment FROM comment c "
        "JOIN submitted_notebook sn ON sn.id = c.notebook_id JOIN base_cell b ON b.id = c.cell_id "
        "JOIN submitted_assignment sa ON sa.id = sn.assignment_id ORDER BY sa.student_id, b.name"
    ),
    (
        "SELECT submission, learner, state, counts, reason, points, out_of, questions, master, submission_hash "
        "FROM hocvuso_scores ORDER BY submission"
    ),
    "SELECT subject, action, details FROM hocvuso_audit ORDER BY subject",
    "SELECT learner, edition, submission, answers FROM hocvuso_answers ORDER BY learner",
)


@pytest.fixture(scope="module")
def waits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which sixteen submissions wait: from the site, twice from some, from JupyterLabs, damaged ones."""
    root = tmp_path_factory.mktemp("course")
    school = School(make_course(root))
    for number in range(8):
        given = school.answers(QUESTIONS, KINDS[number % 4])
        school.on_site(f"hv-{number}", {name: value for name, value in given.items() if value is not None})
    for number in range(3):
        school.on_site(f"hv-{number}", school.answers(QUESTIONS, "right"))
    for number, book in enumerate(
        (b"[", school.book(QUESTIONS, school.answers(QUESTIONS, "partial")), b"{}")
    ):
        school.in_lab(f"lab-{number}", QUESTIONS, {f"{QUESTIONS}.ipynb": "{}", "answers.json": book})
    nobody = school.places.inbound / f"an+{QUESTIONS}+2026-11-21 08:00:00.0 UTC+x"
    nobody.mkdir()
    (nobody / "answers.json").write_text("{}", encoding="utf-8")
    school.in_lab("lab-3", "t99-99", {"answers.json": "{}"})
    return root


@pytest.fixture
def school(waits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """A copy of the course of one's own."""
    return a_copy(waits, tmp_path / "course", monkeypatch)


def a_copy(waits: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    monkeypatch.delenv("HOCVUSO_GRADEBOOK", raising=False)
    shutil.copytree(waits, root)
    return School(Places(root))


def rows(school: School) -> list[list[tuple]]:
    """What the gradebook holds, but for keys and times of collection."""
    found = [school.rows(query) for query in ROWS]
    found[0] = [row if row[0].startswith("hv-") else row[:1] for row in found[0]]
    return found


def shown(school: School) -> dict[str, object]:
    """Every file that follows from grading, but for what tells a time or an id of the run."""
    found: dict[str, object] = {}
    places = school.places
    for top in (places.results, places.feedback, places.autograde, places.submitted, places.evidence):
        for path in sorted(p for p in top.rglob("*") if p.is_file()):
            name = str(path.relative_to(places.root))
            if path.parent.parent == places.results:
                record = json.loads(path.read_bytes())
                for part in ("graded", "handed_in", "evidence"):
                    del record[part]
                found[name] = record
            elif path.name not in {"timestamp.txt", "receipt.json"}:
                found[name] = path.read_bytes()
    return found


def test_a_batch_gives_what_one_by_one_gives(waits, tmp_path, monkeypatch):
    """Every row, every log entry and every file is the same, whatever the size of a batch."""
    together = a_copy(waits, tmp_path / "together", monkeypatch)
    summary = together.grade()
    for most in (1, 3):
        alone = a_copy(waits, tmp_path / str(most), monkeypatch)
        with monkeypatch.context() as patch:
            patch.setattr(grade_module, "MOST_AT_ONCE", most)
            assert alone.grade() == summary
        assert rows(alone) == rows(together)
        assert shown(alone) == shown(together)
    assert (summary.graded, summary.refused, summary.failed) == (12, 4, 0)
    assert list(together.places.inbound.iterdir()) == []


def test_a_large_submission_does_not_fill_the_memory(school, monkeypatch):
    """A batch ends where its files are too much to hold, and the next one goes on."""
    sizes = []
    real = grade_module.Grader._begin

    def noted(self, part):
        sizes.append([sum(map(len, taken.files.values())) for _, taken in part])
        return real(self, part)

    monkeypatch.setattr(grade_module, "MOST_BYTES", 60_000)
    monkeypatch.setattr(grade_module.Grader, "_begin", noted)
    assert school.grade().taken == 16
    assert sum(map(len, sizes)) == 16
    assert all(sum(before) < 60_000 for *before, _ in sizes)
    assert len(sizes) > 3


def test_what_fails_in_a_batch_keeps_only_itself_waiting(school, monkeypatch, caplog):
    """A submission that no transaction takes waits on, with a reason in the log; the others of its batch are graded."""
    real = GradebookWriter.record

    def fragile(self, batch, graded):
        if hostile := [found.learner for found in batch if found.learner == "hv-5"]:
            raise ValueError(*hostile)
        return real(self, batch, graded)

    with monkeypatch.context() as patch:
        patch.setattr(GradebookWriter, "record", fragile)
        summary = school.grade()
    assert (summary.taken, summary.failed) == (15, 1)
    assert "1 submission(s) could not be graded: ValueError" in caplog.text
    assert "hv-5" not in caplog.text
    assert [path.name.split("+")[0] for path in school.places.inbound.iterdir()] == ["hv-5"]
    assert school.grade().graded == 1


KILLED = """
import os, signal, sys
from hocvuso.cli import main
from hocvuso.grading.gradebook import GradebookWriter
from hocvuso.grading.outcome import Outcomes

root, step, at, after = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "after"
owner = GradebookWriter if step == "record" else Outcomes
real, calls = getattr(owner, step), []

def killed(*given):
    calls.append(None)
    if len(calls) == at and not after:
        os.kill(os.getpid(), signal.SIGKILL)
    made = real(*given)
    if len(calls) == at and after:
        os.kill(os.getpid(), signal.SIGKILL)
    return made

setattr(owner, step, killed)
sys.argv[:] = ["hocvuso", "--root", root, "grade"]
main()
"""
STEPS = [
    ("record", 1, "after"),
    ("notebooks", 4, "before"),
    ("shown", 5, "after"),
    ("copy", 2, "after"),
    ("write", 1, "before"),
    ("write", 1, "after"),
    ("clear_away", 9, "before"),
    ("clear_away", 9, "after"),
]


@pytest.fixture(scope="module")
def whole(waits: Path, tmp_path_factory: pytest.TempPathFactory) -> School:
    """The course, graded without interruption."""
    with pytest.MonkeyPatch.context() as patch:
        school = a_copy(waits, tmp_path_factory.mktemp("whole") / "course", patch)
        school.grade()
    return school


@pytest.mark.parametrize(("step", "at", "when"), STEPS)
def test_a_grader_killed_at_a_step_is_completed_by_the_next(school, whole, step, at, when):
    """Whatever was done before, in the end there is one score for each submission, and every file, as without it."""
    command = [sys.executable, "-c", KILLED, str(school.places.root), step, str(at), when]
    done = subprocess.run(command, cwd=school.places.root, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    school.grade()
    assert rows(school) == rows(whole)
    assert shown(school) == shown(whole)
    assert list(school.places.inbound.iterdir()) == []
    for root in (school.places.submitted, school.places.autograde, school.places.evidence):
        assert list((root / ".staging").iterdir()) == []


def test_what_another_grader_has_claimed_is_left_to_it(school):
    """One pass grades the others; when the claim is given up, the next pass takes it."""
    whose = {one.whose for one in find_waiting(school.places, QUESTIONS)}
    assert f"hv-3+{QUESTIONS}" in whose
    with (
        Claims(school.places.var / "grader") as other,
        grade_module.Grader(school.places, now=school.now, new_id=school.new_id) as grader,
    ):
        assert other.take(f"hv-3+{QUESTIONS}")
        assert grader.grade(find_waiting(school.places), for_others=False).taken == 12
        assert [path.name.split("+")[0] for path in school.places.inbound.iterdir()].count("hv-3") == 1
        other.free(f"hv-3+{QUESTIONS}")
        # the second ones of three learners, and what was claimed
        assert grader.grade(find_waiting(school.places), for_others=False).taken == 4
    assert school.grade().taken == 0


def test_the_submissions_of_one_learner_are_graded_in_turn(school):
    """Both are in the log, the newer one counts, and its files are the ones that stay."""
    school.grade()
    log = school.rows("SELECT submission, counts FROM hocvuso_scores WHERE learner = 'hv-2' ORDER BY id")
    assert [row[1] for row in log] == [1, 1]
    assert log[0][0] < log[1][0]
    result = school.result("hv-2")
    assert (result["submission"], result["points"]) == (log[1][0], school.master(QUESTIONS).points)
    folders = sorted(p.name for p in (school.places.evidence / "hv-2" / QUESTIONS).iterdir())
    assert folders == [row[0] for row in log]


def test_evidence_can_not_be_written_by_who_could_write_where_it_waited(school):
    """The group that may take a submission away from where it waits has no such right to the evidence."""
    for folder in school.places.inbound.iterdir():
        folder.chmod(0o777)
    school.grade()
    for folder in school.places.evidence.glob(f"hv-*/{QUESTIONS}/*"):
        assert folder.stat().st_mode & 0o022 == 0


def test_a_submission_of_another_user_is_copied(school, monkeypatch):
    """What is not ours alone could be changed later by its owner: the evidence gets a copy, with the same receipt."""
    another = os.geteuid() + 1
    with monkeypatch.context() as patch:
        patch.setattr("hocvuso.exchange.collect.os.geteuid", lambda: another)
        kept = {path.name: path.stat().st_ino for path in school.places.inbound.iterdir()}
        assert school.grade().taken == 16
    found = {path.name: path for path in school.places.evidence.glob("*/*/*") if path.is_dir()}
    assert set(kept) <= set(found)
    assert all(found[name].stat().st_ino != inode for name, inode in kept.items())


def test_code_without_a_box_is_a_deed_on_record(school):
    """The named option leaves an entry in the audit log, before anything runs."""
    with grade_module.Grader(school.places, now=school.now, new_id=school.new_id, unprotected=True):
        deeds = school.rows("SELECT actor, action, subject FROM hocvuso_audit")
    assert deeds == [("operator", "unprotected-code", "grade")]


# indexes


PLANS = {
    "SELECT * FROM submitted_notebook WHERE assignment_id = 'x'": "hocvuso_ix_submitted_notebook",
    "SELECT * FROM grade WHERE notebook_id = 'x'": "hocvuso_ix_grade",
    "SELECT * FROM comment WHERE notebook_id = 'x'": "hocvuso_ix_comment",
    "SELECT * FROM submitted_assignment WHERE student_id = 'x'": "hocvuso_ix_submitted_student",
    "SELECT * FROM hocvuso_scores WHERE submission = 'x'": "hocvuso_ix_scores",
}


def test_no_query_for_one_submission_reads_a_whole_table(school):
    """The database answers them by our indexes, also in a gradebook that was made before there were any."""
    engine = create_engine(school.places.gradebook_url)
    with engine.begin() as connection:
        for name in INDEXES:
            connection.execute(text(f"DROP INDEX IF EXISTS {name}"))
    with open_gradebook(school.places):
        pass
    for query, index in PLANS.items():
        plan = " ".join(str(row) for row in school.rows(f"EXPLAIN QUERY PLAN {query}"))
        assert index in plan
    engine.dispose()


def test_nbgraders_own_tools_take_the_gradebook_as_it_is(school):
    """`nbgrader db upgrade` changes nothing, formgrader's queries give what we wrote, a student can be removed."""
    school.grade()
    before = rows(school)
    url = school.places.gradebook_url
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "db", "upgrade", f"--db={url}"],
        cwd=school.places.root, capture_output=True, text=True, check=False, env={**os.environ, "PATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert rows(school) == before
    with Gradebook(url, COURSE) as book:
        found = {row["student"]: row["score"] for row in book.submission_dicts(QUESTIONS)}
        notebooks = book.notebook_submission_dicts(QUESTIONS, QUESTIONS)
        assert {row["student"] for row in notebooks} == set(found)
        assert found["hv-0"] == school.master(QUESTIONS).points
        assert {row["id"] for row in book.student_dicts()} >= set(found)
        book.remove_student("hv-0")
    engine = create_engine(url)
    assert set(INDEXES) <= {
        index["name"]
        for table in inspect(engine).get_table_names()
        for index in inspect(engine).get_indexes(table)
    }
    engine.dispose()
    assert CODING in {row[0] for row in school.rows("SELECT name FROM assignment")}
