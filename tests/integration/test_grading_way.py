"""From what is handed in to gradebook, result, feedback and evidence; damage stays where it is."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from grading_course import CODING, QUESTIONS, START, School, make_course
from nbgrader.api import Gradebook
from nbgrader.utils import notebook_hash

from hocvuso.errors import SandboxError
from hocvuso.exchange.receipts import PublicKey, SiteKey, check
from hocvuso.grading import grade as grade_module
from hocvuso.grading import gradebook as gradebook_module
from hocvuso.grading import outcome as outcome_module
from hocvuso.grading.result import Sentence, result_path
from hocvuso.grading.watch import watch
from hocvuso.lessons.release import release
from hocvuso.places import COURSE, Places

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course as the operator released it."""
    root = tmp_path_factory.mktemp("course")
    make_course(root)
    return root


@pytest.fixture
def school(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """A copy of the course of one's own."""
    monkeypatch.delenv("HOCVUSO_GRADEBOOK", raising=False)
    root = tmp_path / "course"
    shutil.copytree(built, root)
    return School(Places(root))


def damage(answers: dict, kind: str) -> bytes:
    """An answers.json that is damaged in one way."""
    whole = json.dumps(answers).encode("utf-8")
    return {
        "truncated": whole[: len(whole) // 2],
        "huge": whole + b" " * 300_000,
        "list": b"[]",
        "binary": b"PK\x03\x04\xff",
        "empty": b"",
        "deep": b"[" * 100_000,
    }[kind]


def reasons(result: dict, lang: str = "vi") -> str:
    """The reasons in a result record, as a page in ``lang`` says them."""
    return " ".join(Sentence(**reason).tell(lang) for reason in result["reasons"])


@pytest.mark.parametrize("kind", ["right", "partial", "wrong", "empty"])
def test_answers_from_the_site_are_scored_by_the_questions_own_rule(school, kind):
    """Points in record and gradebook are the sum of what each question's model gives."""
    answers = {k: v for k, v in school.answers(QUESTIONS, kind).items() if v is not None}
    receipt = school.on_site("an", answers)
    summary = school.grade()
    expected = {q.id: q.score(answers.get(q.id)).points for q in school.master(QUESTIONS).questions}
    result = school.result("an")
    assert (summary.graded, summary.taken) == (1, 1)
    assert {q["id"]: q["points"] for q in result["questions"]} == expected
    assert (result["points"], result["state"], result["via"]) == (sum(expected.values()), "graded", "page")
    assert {name: row[0] for name, row in school.grades("an", QUESTIONS).items()} == expected
    assert result["evidence"]["receipt"] == receipt.id
    if kind == "right":
        assert result["points"] == result["out_of"] == school.master(QUESTIONS).points


def test_the_evidence_is_what_came_and_inbound_is_empty(school):
    """After grading the submission lies in the evidence unchanged: its receipt still holds."""
    receipt = school.on_site("an", school.answers(QUESTIONS, "right"))
    school.grade()
    assert list(school.places.inbound.iterdir()) == []
    folder = school.places.evidence / "an" / QUESTIONS / receipt.submission
    record = json.loads((folder / "receipt.json").read_bytes())
    assert check(record, PublicKey.load(school.places.site_keys), folder) == receipt
    log = school.rows(
        "SELECT state, counts, points, receipt, length(master), length(submission_hash) FROM hocvuso_scores"
    )
    assert log == [("graded", 1, float(school.master(QUESTIONS).points), receipt.id, 64, 64)]


@pytest.mark.parametrize("kind", ["truncated", "huge", "list", "binary", "empty", "deep"])
def test_a_damaged_file_of_answers_is_refused_with_a_reason(school, kind):
    """The learner gets a row and a sentence; the neighbour's grade is what it is without them."""
    book = damage(school.book(QUESTIONS, school.answers(QUESTIONS, "right")), kind)
    school.in_lab("hỏng", QUESTIONS, {f"{QUESTIONS}.ipynb": school.released(QUESTIONS), "answers.json": book})
    school.on_site("binh", school.answers(QUESTIONS, "right"))
    summary = school.grade()
    assert (summary.graded, summary.refused) == (1, 1)
    assert school.result("binh")["points"] == school.master(QUESTIONS).points
    result = school.result("hỏng")
    assert (result["state"], result["questions"], result["points"]) == ("refused", [], 0)
    assert reasons(result).endswith(".")


def test_unknown_ids_and_wrong_types_spoil_only_themselves(school):
    """A forged id earns nothing and is named; a value of the wrong type is malformed; the rest counts."""
    answers = school.answers(QUESTIONS, "right")
    first, second, *_ = answers
    book = school.book(QUESTIONS, answers | {"khong-co": "a", first: {"x": [1]}})
    book["answers"][second]["revision"] = "nhiều"
    notebook = school.released(QUESTIONS)
    school.in_lab("an", QUESTIONS, {f"{QUESTIONS}.ipynb": notebook, "answers.json": book})
    school.grade()
    result = school.result("an")
    states = {q["id"]: q["state"] for q in result["questions"]}
    assert (states.pop(first), states.pop(second)) == ("malformed", "malformed")
    assert set(states.values()) == {"right"}
    assert "khong-co" in reasons(result)
    assert "not in the lesson were left out: khong-co" in reasons(result, "en")


def test_the_answers_of_another_lesson_are_refused(school):
    """A file that says it belongs elsewhere is not graded here."""
    book = school.book(CODING, {})
    school.in_lab("an", QUESTIONS, {"answers.json": book})
    school.grade()
    assert school.result("an")["state"] == "refused"


@pytest.mark.parametrize("edition", ["t99-99", "t14-05-e7", "Bài lạ", ".."])
def test_an_edition_that_is_not_released_is_refused(school, edition):
    """No result, no gradebook row, no file outside the learner's own folders; the log has the row."""
    school.in_lab("an", edition, {"answers.json": "{}"})
    assert school.grade().refused == 1
    assert not list(school.places.results.glob("*/*"))
    assert [row[0] for row in school.rows("SELECT state FROM hocvuso_scores")] == ["refused"]
    assert school.grade().taken == 0


def test_what_nobody_signed_touches_no_learner(school):
    """A folder in the site's inbound without a receipt is set aside under no name."""
    folder = school.places.inbound / f"an+{QUESTIONS}+2026-11-21 08:00:00.0 UTC+x"
    folder.mkdir(parents=True)
    (folder / "answers.json").write_text("{}", encoding="utf-8")
    school.on_site("an", school.answers(QUESTIONS, "right"))
    summary = school.grade()
    assert (summary.graded, summary.refused) == (1, 1)
    assert school.result("an")["state"] == "graded"


def test_jupyterlab_and_site_are_merged_by_the_newer_edit(school):
    """Per question the newer of both is graded, and kept beside the evidence."""
    right, wrong = school.answers(QUESTIONS, "right"), school.answers(QUESTIONS, "wrong")
    first, second, *_ = right
    school.on_site("an", {first: right[first], second: wrong[second]})
    book = school.book(QUESTIONS, {first: wrong[first], second: right[second]})
    book["answers"][second]["edited"] = "2026-11-21T08:30:00.000Z"
    school.in_lab("an", QUESTIONS, {f"{QUESTIONS}.ipynb": school.released(QUESTIONS), "answers.json": book})
    for _ in range(60):
        school.now()
    school.grade()
    states = {q["id"]: q["state"] for q in school.result("an")["questions"]}
    assert (states[first], states[second]) == ("right", "right")
    submitted = json.loads((school.places.submitted / "an" / QUESTIONS / "answers.json").read_bytes())
    assert submitted["answers"][first]["answer"] == right[first]


def test_a_labs_submission_gets_the_graders_receipt(school):
    """Its learner is the lab's owner, its time the collection's, its key the grader's own."""
    school.in_lab("an", QUESTIONS, {f"{QUESTIONS}.ipynb": school.released(QUESTIONS)})
    school.grade()
    (folder,) = (p for p in (school.places.evidence / "an" / QUESTIONS).iterdir() if p.is_dir())
    record = json.loads((folder / "receipt.json").read_bytes())
    key = SiteKey.load_or_make(school.places.var / "grader").public
    assert check(record, key, folder).via == "jupyterlab"
    assert school.result("an")["via"] == "jupyterlab"


def test_grading_again_gives_the_same(school, monkeypatch):
    """A run that is cut off after the gradebook's transaction is done again, with one log entry and one grade."""
    school.on_site("an", school.answers(QUESTIONS, "partial"))
    with monkeypatch.context() as patch:
        patch.setattr(outcome_module, "result_bytes", lambda *_: 1 / 0)
        assert school.grade().failed == 1
    assert len(list(school.places.inbound.iterdir())) == 1
    before = school.grades("an", QUESTIONS)
    assert school.grade().graded == 1
    assert school.grades("an", QUESTIONS) == before
    assert len(school.rows("SELECT 1 FROM hocvuso_scores")) == 1
    assert school.grade().taken == 0


def test_a_failed_transaction_leaves_no_trace(school, monkeypatch):
    """When the audit entry can't be written, neither is the grade; the submission waits."""
    school.on_site("an", school.answers(QUESTIONS, "right"))
    with monkeypatch.context() as patch:
        patch.setattr(gradebook_module, "note_deeds", lambda *_: 1 / 0)
        assert school.grade().failed == 1
    assert school.rows("SELECT 1 FROM submitted_assignment UNION ALL SELECT 1 FROM hocvuso_scores") == []
    assert school.grade().graded == 1


def test_an_older_submission_that_arrives_late_changes_nothing(school):
    """The latest handed in counts, in whatever order they are graded; both are in the log."""
    older = school.on_site("an", school.answers(QUESTIONS, "wrong"))
    kept = school.places.root / "late"
    shutil.move(school.places.inbound / older.submission, kept)
    newer = school.on_site("an", school.answers(QUESTIONS, "right"))
    school.grade()
    shutil.move(kept, school.places.inbound / older.submission)
    summary = school.grade()
    assert summary.older == 1
    assert school.result("an")["submission"] == newer.submission
    assert {row[0] for row in school.grades("an", QUESTIONS).values()} != {0.0}
    assert [row[0] for row in school.rows("SELECT counts FROM hocvuso_scores ORDER BY id")] == [1, 0]


def test_a_refused_submission_keeps_the_earlier_grade(school):
    """The learner is told of the refusal; the grade earned before stands."""
    school.on_site("an", school.answers(QUESTIONS, "right"))
    school.grade()
    before = school.grades("an", QUESTIONS)
    school.in_lab("an", QUESTIONS, {"answers.json": b"\x00"})
    assert school.grade().refused == 1
    assert school.grades("an", QUESTIONS) == before
    assert school.result("an")["state"] == "refused"
    assert "giữ nguyên" in reasons(school.result("an"))


def test_what_people_wrote_survives_a_new_submission(school):
    """Manual score, extra credit and comment stay; the cell asks for a look again, as with nbgrader."""
    files = {f"{CODING}.ipynb": school.solved(), "answers.json": school.book(CODING, {})}
    school.in_lab("an", CODING, files)
    school.grade()
    name = school.master(CODING).tests[0].id
    with Gradebook(school.places.gradebook_url, COURSE) as book:
        grade = book.find_grade(name, CODING, CODING, "an")
        grade.manual_score, grade.extra_credit = 1.5, 0.5
        comment = book.find_comment(school.master(CODING).solutions[0].id, CODING, CODING, "an")
        comment.manual_comment = "Tốt"
        book.db.commit()
    school.in_lab("an", CODING, files)
    school.grade()
    with Gradebook(school.places.gradebook_url, COURSE) as book:
        grade = book.find_grade(name, CODING, CODING, "an")
        comment = book.find_comment(school.master(CODING).solutions[0].id, CODING, CODING, "an")
        assert (grade.auto_score, grade.manual_score, grade.extra_credit) == (2.0, 1.5, 0.5)
        assert (grade.needs_manual_grade, comment.comment, comment.auto_comment) == (True, "Tốt", None)


# code


def test_code_is_run_with_the_masters_tests(school):
    """Right solutions earn all points, whatever happened to the test cells in the handed-in notebook."""
    notebook = school.solved()
    cells = [c for c in notebook["cells"] if c["metadata"].get("hocvuso", {}).get("role") != "test"]
    copied = next(c for c in cells if c["metadata"].get("hocvuso", {}).get("role") == "solution")
    notebook["cells"] = [*cells[::-1], dict(copied)]
    school.in_lab("an", CODING, {f"{CODING}.ipynb": notebook, "answers.json": school.book(CODING, {})})
    school.grade()
    points = {q["id"]: q["points"] for q in school.result("an", CODING)["questions"] if q["kind"] == "code"}
    assert points == {cell.id: cell.points for cell in school.master(CODING).tests}


def test_an_edited_or_deleted_solution_fails_its_own_test_only(school):
    """One wrong and one missing solution cost their own points."""
    first, second, _ = school.master(CODING).solutions
    notebook = school.solved(**{first.id.replace("-", "_"): "def loc_don(bang): return None"})
    notebook["cells"] = [
        c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != second.id
    ]
    school.in_lab("an", CODING, {f"{CODING}.ipynb": notebook})
    school.grade()
    code = [q for q in school.result("an", CODING)["questions"] if q["kind"] == "code"]
    assert [q["state"] for q in code] == ["wrong", "wrong", "right"]
    assert code[0]["notes"] == [{"message": "Hàm chưa trả gì về. Anh/chị xem lại dòng return.", "fields": {}}]


@pytest.mark.parametrize("notebook", [b"", b"PK", b"{}", b'{"cells": 3}', b"[" * 100_000])
def test_a_notebook_that_is_none_is_refused(school, notebook):
    """Without a readable notebook there is no code to grade; the reason says so."""
    school.in_lab("an", CODING, {f"{CODING}.ipynb": notebook})
    school.grade()
    result = school.result("an", CODING)
    assert result["state"] == "refused"
    assert "Sổ tay" in reasons(result)


def test_learner_code_reaches_neither_keys_nor_files_nor_the_feedback(school):
    """A solution that carries the hidden test out in an error message gets nothing shown of it."""
    attack = (
        "def loc_don(bang):\n"
        "    import os\n"
        f"    assert not os.path.exists({str(school.places.var)!r}), 'REACHED'\n"
        "    raise AssertionError('LEAK ' + '\\n'.join(In))\n"
    )
    notebook = school.solved(loc_don=attack)
    school.in_lab("an", CODING, {f"{CODING}.ipynb": notebook})
    school.grade()
    record = (school.places.results / "an" / f"{CODING}.json").read_text("utf-8")
    page = (school.places.feedback / "an" / CODING / f"{CODING}.html").read_text("utf-8")
    for shown in (record, page):
        assert "bang_thu" not in shown
        assert "LEAK BEGIN" not in shown
    code = next(q for q in json.loads(record)["questions"] if q["kind"] == "code")
    (note,) = (Sentence(**note) for note in code["notes"])
    assert note.tell("vi") == "Phần kiểm tra chưa qua: mã lệnh báo lỗi AssertionError."


def test_what_was_not_written_is_told_in_plain_words(school):
    """A learner who left the code as it was reads that it is still to be written, not a name of Python's."""
    school.in_lab("an", CODING, {f"{CODING}.ipynb": school.released(CODING)})
    school.in_lab(
        "bình", CODING, {f"{CODING}.ipynb": school.solved(loc_don="def loc_don(bang):\n    return ten")}
    )
    school.grade()
    told = {}
    for learner in ("an", "bình"):
        record = json.loads(result_path(school.places, learner, CODING).read_text("utf-8"))
        code = next(q for q in record["questions"] if q["kind"] == "code")
        told[learner] = [Sentence(**note).tell("vi") for note in code["notes"]]
    assert told["an"] == [
        "Phần này chưa viết: hãy viết mã lệnh của anh/chị thay cho dòng bắt đầu bằng raise."
    ]
    assert told["bình"][0] == "Phần kiểm tra chưa qua: mã lệnh báo lỗi NameError."
    assert told["bình"][1].startswith("Có một tên mà Python chưa biết")


def test_without_a_box_code_waits_for_a_person_and_is_not_run(school, monkeypatch):
    """On a machine that can't isolate, questions are graded, code is not run at all, and the reason says so."""

    def no_box() -> None:
        raise SandboxError("Máy này chưa có bubblewrap.")

    monkeypatch.setattr("hocvuso.grading.assess.probe", no_box)
    monkeypatch.setattr("hocvuso.grading.assess.run_code", lambda *_: pytest.fail("code was run"))
    book = school.book(CODING, school.answers(CODING, "right"))
    school.in_lab("an", CODING, {f"{CODING}.ipynb": school.solved(), "answers.json": book})
    assert school.grade().partly == 1
    result = school.result("an", CODING)
    assert (result["state"], reasons(result)) == ("partly", "Máy này chưa có bubblewrap.")
    for cell in school.master(CODING).tests:
        assert school.grades("an", CODING)[cell.id] == (None, None, True)
    for question in school.master(CODING).questions:
        assert school.grades("an", CODING)[question.id] == (float(question.points), None, False)


# what is shown


def test_feedback_and_graded_notebook_hold_no_markup_of_the_learner(school):
    """What a learner typed or displayed is text in the page and in formgrader's notebook."""
    evil = "<script>alert(1)</script>"
    code = f"from IPython.display import HTML, display\ndisplay(HTML({evil!r}))\n# {evil}\ndef loc_don(b): return b"
    notebook = school.solved(loc_don=code)
    school.in_lab("an", CODING, {f"{CODING}.ipynb": notebook})
    school.grade()
    page = (school.places.feedback / "an" / CODING / f"{CODING}.html").read_text("utf-8")
    assert evil not in page
    assert "&lt;script&gt;" in page
    graded = json.loads((school.places.autograde / "an" / CODING / f"{CODING}.ipynb").read_bytes())
    data = [o.get("data", {}) for c in graded["cells"] for o in c.get("outputs", [])]
    assert all(set(d) <= {"text/plain", "image/png"} for d in data)


def test_feedback_lies_where_this_learners_nbgrader_fetches_it_and_nobody_elses(school):
    """Named by the secret that nbgrader left in the submission, for each notebook of it, in their lab's folder."""
    secret = "ab" * 64
    notebook = school.released(QUESTIONS)
    files = {f"{QUESTIONS}.ipynb": notebook, "nhap.ipynb": notebook, "submission_secret.txt": secret}
    school.in_lab("an", QUESTIONS, files)
    school.grade()
    names = {notebook_hash(secret=secret, notebook_id=name) + ".html" for name in (QUESTIONS, "nhap")}
    pages = school.places.labs / "an" / "feedback"
    assert {page.name for page in pages.iterdir()} == names
    assert all("Kết quả bài" in page.read_text("utf-8") for page in pages.iterdir())
    assert not (school.places.exchange / COURSE / "feedback").exists(), "a folder that all share"


def test_a_learner_who_holds_the_feedback_folder_holds_up_nobody(school):
    """A lock on what a JupyterLab sees, which learner code can take, keeps neither grades nor releases waiting."""
    seen = (school.places.labs / "an" / "feedback", school.places.outbound)
    with ExitStack() as locks:
        for folder in seen:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            locks.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX)
        files = {f"{QUESTIONS}.ipynb": school.released(QUESTIONS)}
        school.in_lab("an", QUESTIONS, files)
        shutil.rmtree(school.places.outbound / QUESTIONS)  # so that it is put out anew
        works = (school.grade, lambda: release(school.places, now=START))
        working = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in working:
            thread.start()
            thread.join(60)
            assert not thread.is_alive(), "waits for the learner"
    assert list(seen[0].iterdir())
    assert (school.places.outbound / QUESTIONS).is_dir()


def test_the_watch_grades_what_arrives_and_survives_a_failure(school, monkeypatch):
    """A submission that makes the grader fail stays; the next one is graded, and the export has it."""
    real = grade_module.Assessor.assess

    def fragile(self, taken):
        if taken.waiting.learner == "hong":
            raise RuntimeError("broken")
        return real(self, taken)

    monkeypatch.setattr(grade_module.Assessor, "assess", fragile)
    stop, done = threading.Event(), threading.Event()
    watching = threading.Thread(
        target=watch,
        args=(school.places, stop),
        kwargs={"report": lambda _: done.set(), "now": school.now, "new_id": school.new_id},
    )
    watching.start()
    try:
        school.on_site("hong", school.answers(QUESTIONS, "right"))
        school.on_site("an", school.answers(QUESTIONS, "right"))
        assert done.wait(60)
    finally:
        stop.set()
        watching.join(60)
    assert not watching.is_alive()
    export = (school.places.exports / "grades.csv").read_text("utf-8")
    assert f"{QUESTIONS},{QUESTIONS},,2026-11-21" in export
    assert len(list(school.places.inbound.iterdir())) == 1


def test_progress_and_log_name_nobody(school, caplog, monkeypatch):
    """Neither the lines of progress nor the log of a failure hold a user name."""
    school.on_site("nguyen.van.an", school.answers(QUESTIONS, "right"))
    lines: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(gradebook_module, "note_deeds", lambda _, deeds: int(deeds[0].subject))
        grade_module.grade_waiting(school.places, report=lines.append, now=school.now, new_id=school.new_id)
    grade_module.grade_waiting(school.places, report=lines.append, now=school.now, new_id=school.new_id)
    assert "could not be graded: ValueError" in caplog.text
    assert "nguyen" not in caplog.text + "".join(lines)
    assert len(lines) == 1
