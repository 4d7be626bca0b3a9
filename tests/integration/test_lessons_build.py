"""From text files to nbgrader's editions and into gradebook and exchange, with nbgrader itself."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchAssignment, ExchangeList
from traitlets.config import Config

from hocvuso.errors import LessonError
from hocvuso.hub.nbgrader import configure
from hocvuso.lessons import build as build_module
from hocvuso.lessons import swap as swap_module
from hocvuso.lessons.build import build
from hocvuso.lessons.catalogue import lesson_info, read_catalogue
from hocvuso.lessons.editions import read_ledger
from hocvuso.lessons.master import read_master
from hocvuso.lessons.new import new_lesson
from hocvuso.lessons.release import release
from hocvuso.places import Places
from hocvuso.questions import AnswerBook

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECRET = "Giải thích chỉ người chấm được thấy."
QUESTION = f"""
```{{code-cell}}
:tags: [question]

MultipleChoice("hai", "Chọn gì?", options={{"a": "Một", "b": "Hai", "c": "Ba"}}, keys=["a", "c"],
               why="{SECRET}", points=2)
```
"""
CODING = """
```{code-cell}
:tags: [solution]
:id: lam

def hai_lan(x):
    ### BEGIN SOLUTION
    return x + x
    ### END SOLUTION
```

```{code-cell}
:tags: [test]
:id: thu
:points: 3

assert hai_lan(1) == 2
### BEGIN HIDDEN TESTS
assert hai_lan(987654321) == 1975308642
### END HIDDEN TESTS
```
"""


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A course with one lesson of two questions."""
    monkeypatch.delenv("HOCVUSO_GRADEBOOK", raising=False)
    places = Places(tmp_path / "khóa học")
    add(places, new_lesson(places, "t01-01", date(2026, 11, 21)), QUESTION)
    (places.root / "nbgrader_config.py").write_text(
        "from pathlib import Path\nfrom hocvuso.hub.nbgrader import configure\n"
        "configure(get_config(), Path(__file__).parent)\n"
    )
    return places


def text_of(places: Places, lesson: str = "t01-01") -> Path:
    return places.lessons / lesson[:3] / f"{lesson}.md"


def add(places: Places, path: Path, more: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def config_of(places: Places, edition: str = "") -> Config:
    config = Config()
    configure(config, places.root)
    config.CourseDirectory.assignment_id = edition
    return config


def hand_in(places: Places, learner: str, edition: str, kind: str | None) -> Path:
    """Put a submission where nbgrader's autograde looks for it; answers are right, wrong or missing."""
    folder = places.submitted / learner / edition
    folder.mkdir(parents=True)
    notebook = (places.release / edition / f"{edition}.ipynb").read_bytes()
    (folder / f"{edition}.ipynb").write_bytes(notebook)
    (folder / "timestamp.txt").write_text("2026-11-21 08:00:00.000000 UTC")
    book = AnswerBook(lesson="t01-01", edition=edition)
    for question in read_master(places.source / edition / f"{edition}.ipynb").questions:
        if kind:
            book = book.with_answer(question.id, question.samples(Random(1))[kind], edited=NOW)
    if kind:
        book.write(folder / "answers.json")
    return folder


def autograde(places: Places, edition: str) -> None:
    config = config_of(places, edition)
    course = CourseDirectory(config=config)
    with Gradebook(course.db_url, course.course_id) as book:
        for learner in (path.name for path in places.submitted.iterdir()):
            book.update_or_create_student(learner)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # nbgrader 0.9.6 adds a submission in an order SQLAlchemy 2 warns about
        Autograde(coursedir=course, config=config, log=logging.getLogger("test.autograde")).start()


@contextmanager
def away(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def test_a_build_writes_both_editions_and_what_the_site_serves(places: Places) -> None:
    """Source and release are valid notebooks; page, public record and live examples stand beside."""
    live = "\n```{code-cell}\n:tags: [live]\n:id: vd\n:title: Ví dụ\n\nprint(1)\n```\n"
    add(places, text_of(places), live)
    report = build(places)
    assert (report.built, report.skipped, report.errors) == (("t01-01",), (), ())
    assert {p.name for p in (places.release / "t01-01").iterdir()} == {
        "t01-01.ipynb",
        "page.html",
        "page.en.html",
        "lesson.json",
        "live-vd.ipynb",
    }
    for path in (places.source / "t01-01/t01-01.ipynb", *(places.release / "t01-01").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    public = json.loads((places.release / "t01-01/lesson.json").read_text(encoding="utf-8"))
    assert (public["kind"], public["points"], len(public["questions"])) == ("questions", 3, 2)
    assert not list(places.source.glob(".staging-*"))


def test_a_release_holds_no_key_and_no_explanation(places: Places) -> None:
    """The learner's graded cell is a comment; nothing below release/ tells what is right."""
    add(places, text_of(places), CODING)
    assert build(places).ok
    for path in places.release.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert SECRET not in text
            assert "HIDDEN" not in text
            assert "987654321" not in text
            assert "x + x" not in text
            assert "mark(" not in text
    released = json.loads((places.release / "t01-01/t01-01.ipynb").read_text(encoding="utf-8"))
    graded = [c for c in released["cells"] if c["metadata"].get("hocvuso", {}).get("role") == "grade"]
    assert len(graded) == 2
    assert all("".join(c["source"]).startswith("# Câu") and len(c["source"]) == 1 for c in graded)


def test_what_has_not_changed_is_skipped(places: Places) -> None:
    """A second build touches nothing; changed text, or another version of ours, builds again."""
    build(places)
    before = snapshot(places.source), (places.release / "t01-01").stat().st_ino
    assert build(places).skipped == ("t01-01",)
    assert (snapshot(places.source), (places.release / "t01-01").stat().st_ino) == before
    change(text_of(places), "Một việc nhỏ", "Một việc khác")
    assert build(places).built == ("t01-01",)
    (places.release / "t01-01/page.html").unlink()
    assert build(places).built == ("t01-01",)


def test_another_version_of_the_program_builds_again(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade of templates or code reaches every lesson at the next build."""
    build(places)
    monkeypatch.setattr(build_module, "fingerprint", lambda: "another")
    assert build(places).built == ("t01-01",)


def test_a_bad_rebuild_leaves_the_earlier_build_and_builds_the_others(places: Places) -> None:
    """All mistakes of all bad lessons are told; the good ones are built, the bad ones stay as they were."""
    new_lesson(places, "t01-02", date(2026, 11, 21))
    assert build(places).ok
    before = {
        name: snapshot(folder / "t01-01") for name, folder in (("s", places.source), ("r", places.release))
    }
    change(text_of(places), 'keys=["a", "c"]', 'keys=["a", "z"]')
    change(text_of(places), "minutes: 8", "minutes: lâu")
    change(text_of(places, "t01-02"), "Một việc nhỏ", "Một việc khác")
    said: list[str] = []
    report = build(places, report=said.append)
    assert report.built == ("t01-02",)
    assert not report.ok
    (error,) = report.errors
    assert "notebooks/lessons/t01/t01-01.md:" in error.tell()
    assert len(error.tell().splitlines()) == 3
    after = {
        name: snapshot(folder / "t01-01") for name, folder in (("s", places.source), ("r", places.release))
    }
    assert after == before
    assert any("t01-01" in line for line in said)


def test_a_lesson_that_is_not_there_is_told(places: Places) -> None:
    """A mistyped lesson is an error; a named one is built alone."""
    new_lesson(places, "t01-02", date(2026, 11, 21))
    report = build(places, ["t01-02", "t09-09"])
    assert report.built == ("t01-02",)
    assert "t09-09" in report.errors[0].tell()


def test_a_swap_that_fails_puts_the_old_build_back(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure between two renames (where one step can't do it) leaves no lesson half replaced."""
    build(places)
    before = snapshot(places.release / "t01-01")
    change(text_of(places), "Một việc nhỏ", "Một việc khác")
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.parent.name == "release" and self.parents[1].name.startswith(".staging-"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(swap_module, "exchange", lambda *_: False)
    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="No space"):
        build(places)
    monkeypatch.undo()
    assert snapshot(places.release / "t01-01") == before
    assert build(places).built == ("t01-01",)


def test_text_changes_keep_the_edition_after_learners_began(places: Places) -> None:
    """A corrected sentence or key reaches everyone under the same name."""
    build(places)
    (places.answers / "lan" / "t01-01").mkdir(parents=True)
    (places.answers / "lan" / "t01-01" / "answers.json").write_text("{}")
    change(text_of(places), 'keys=["a", "c"]', 'keys=["a", "b"]')
    assert build(places).built == ("t01-01",)
    assert read_master(places.source / "t01-01/t01-01.ipynb").questions[1].score(["a", "b"]).points == 2


def test_a_question_added_while_nobody_began_keeps_the_edition(places: Places) -> None:
    """An author at work does not pile up editions."""
    build(places)
    add(places, text_of(places), QUESTION.replace('"hai"', '"ba"'))
    assert build(places).built == ("t01-01",)
    assert len(read_master(places.source / "t01-01/t01-01.ipynb").questions) == 3


def test_a_question_added_after_somebody_began_makes_a_new_edition(places: Places) -> None:
    """Who has begun finishes the old edition, which is not touched; new learners get the new one."""
    build(places)
    release(places, now=NOW)
    (places.answers / "lan" / "t01-01").mkdir(parents=True)
    (places.answers / "lan" / "t01-01" / "answers.json").write_text("{}")
    before = snapshot(places.source / "t01-01"), snapshot(places.release / "t01-01")
    add(places, text_of(places), QUESTION.replace('"hai"', '"ba"'))
    assert build(places).built == ("t01-01-e2",)
    assert (snapshot(places.source / "t01-01"), snapshot(places.release / "t01-01")) == before
    assert [info.edition for info in read_catalogue(places)] == ["t01-01"]
    assert release(places, now=NOW) == ("t01-01-e2",)
    assert [info.edition for info in read_catalogue(places)] == ["t01-01-e2", "t01-01"]
    assert build(places).skipped == ("t01-01-e2",)


def test_a_release_enters_gradebook_exchange_and_ledger_once(places: Places) -> None:
    """Max scores are the points; nbgrader's own list and fetch find the edition; again changes nothing."""
    add(places, text_of(places), CODING)
    build(places)
    assert release(places, ["t01-01"], now=NOW) == ("t01-01",)
    with Gradebook(places.gradebook_url, "hocvuso") as book:
        cells = {c.name: c.max_score for c in book.find_notebook("t01-01", "t01-01").grade_cells}
        assert cells == {"cau-1": 1, "hai": 2, "thu": 3}
        assert book.find_assignment("t01-01").max_score == 6
        assert [a.name for a in book.assignments] == ["t01-01"]
    out = places.outbound / "t01-01"
    assert [p.name for p in out.iterdir()] == ["t01-01.ipynb"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o755
    assert stat.S_IMODE((out / "t01-01.ipynb").stat().st_mode) == 0o644
    entry = read_ledger(places.editions).find("t01-01")
    assert entry
    assert entry.released == NOW.isoformat()
    before = snapshot(places.root)
    assert release(places, now=datetime(2027, 1, 1, tzinfo=UTC)) == ()
    assert snapshot(places.root) == before


def test_nbgrader_lists_and_fetches_what_was_released(places: Places, tmp_path: Path) -> None:
    """A learner's nbgrader gets the notebook alone, with the course's own configuration."""
    build(places)
    release(places, now=NOW)
    config = config_of(places, "t01-01")
    config.CourseDirectory.root = str(tmp_path)
    log = logging.getLogger("test.exchange")
    with away(tmp_path):
        parts = {"coursedir": CourseDirectory(config=config), "authenticator": Authenticator(config=config)}
        listed = ExchangeList(config=config, log=log, **parts).start()
        assert [(entry["course_id"], entry["assignment_id"]) for entry in listed] == [("hocvuso", "t01-01")]
        ExchangeFetchAssignment(config=config, log=log, **parts).start()
    assert [p.name for p in (tmp_path / "t01-01").iterdir()] == ["t01-01.ipynb"]


def test_a_lesson_that_was_not_built_is_not_released(places: Places) -> None:
    """The operator is told what to do first."""
    with pytest.raises(LessonError, match="hocvuso build t01-01"):
        release(places, ["t01-01"], now=NOW)


@pytest.mark.slow
def test_stock_autograde_gives_full_points_for_the_keys_and_none_for_wrong_answers(places: Places) -> None:
    """A built lesson is an ordinary assignment: nbgrader's own executor reads answers.json and scores it."""
    build(places)
    release(places, now=NOW)
    for learner, kind in (("dung", "right"), ("sai", "wrong"), ("trong", None)):
        hand_in(places, learner, "t01-01", kind)
    autograde(places, "t01-01")
    with Gradebook(places.gradebook_url, "hocvuso") as book:
        scores = {s.student.id: s.score for s in book.assignment_submissions("t01-01")}
        assert scores == {"dung": 3, "sai": 0, "trong": 0}
        assert not any(s.needs_manual_grade for s in book.assignment_submissions("t01-01"))


@pytest.mark.slow
def test_a_released_text_changes_after_submissions_but_its_points_do_not(places: Places) -> None:
    """nbgrader takes new text for a handed-in edition; other points or cells are refused in a sentence."""
    build(places)
    release(places, now=NOW)
    hand_in(places, "dung", "t01-01", "right")
    autograde(places, "t01-01")
    change(text_of(places), "Chọn gì?", "Chọn những gì?")
    assert build(places).built == ("t01-01",)
    assert release(places, now=NOW) == ("t01-01",)
    with Gradebook(places.gradebook_url, "hocvuso") as book:
        assert "Chọn những gì?" in book.find_source_cell("ask-hai", "t01-01", "t01-01").source
        assert book.find_submission("t01-01", "dung").score == 3
    change(text_of(places), "points=2", "points=1")
    assert build(places).built == ("t01-01-e2",)

    places.editions.unlink()
    change(text_of(places), "Chọn những gì?", "Chọn cái gì?")
    assert build(places).built == ("t01-01",), "without a ledger the name is given again"
    with pytest.raises(LessonError, match="ấn bản mới"):
        release(places, ["t01-01"], now=NOW)


@pytest.mark.slow
def test_the_commands_of_nbgrader_work_on_a_built_lesson(places: Places) -> None:
    """`nbgrader validate` passes on the released notebook, and `nbgrader autograde` reads our configuration."""
    build(places)
    release(places, now=NOW)
    hand_in(places, "dung", "t01-01", "right")
    nbgrader = [sys.executable, "-m", "nbgrader"]
    notebook = places.release / "t01-01/t01-01.ipynb"
    done = subprocess.run(
        [*nbgrader, "validate", str(notebook)], cwd=places.root, capture_output=True, text=True, check=False
    )
    assert "Success! Your notebook passes all the tests." in done.stdout, done.stdout + done.stderr
    done = subprocess.run(
        [*nbgrader, "autograde", "t01-01", "--create"],
        cwd=places.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (places.autograde / "dung" / "t01-01" / "t01-01.ipynb").is_file()
    with Gradebook(places.gradebook_url, "hocvuso") as book:
        assert book.find_submission("t01-01", "dung").score == 3


def test_a_translation_is_built_beside_the_lesson_and_leaks_nothing(places: Places) -> None:
    """The English page is whole, what is graded stays; a translation that changed is built again; faults are told."""
    lesson = places.lessons / "t03" / "t03-09.md"
    lesson.parent.mkdir(parents=True)
    original = Path(__file__).parents[2] / "notebooks" / "lessons" / "t03"
    lesson.write_bytes((original / lesson.name).read_bytes())
    told: list[str] = []
    build(places, ["t03-09"], report=told.append)
    before = read_master(places.source / "t03-09" / "t03-09.ipynb")
    released = (places.release / "t03-09" / "t03-09.ipynb").read_bytes()
    assert "not translated yet" in (places.release / "t03-09" / "page.en.html").read_text(encoding="utf-8")

    catalogue = lesson.with_suffix(".en.po")
    catalogue.write_bytes((original / catalogue.name).read_bytes())
    assert build(places, ["t03-09"], report=told.append).built == ("t03-09",)
    page = (places.release / "t03-09" / "page.en.html").read_text(encoding="utf-8")
    assert "Three in the afternoon in Ms Thảo" in page
    assert 'lang="vi"' not in page
    assert "hv-notice" not in page
    master = read_master(places.source / "t03-09" / "t03-09.ipynb")
    assert (places.release / "t03-09" / "t03-09.ipynb").read_bytes() == released
    assert [q.asked() for q in master.questions] == [q.asked() for q in before.questions]
    everything = b"".join(path.read_bytes() for path in (places.release / "t03-09").iterdir()).decode()
    for question in master.questions:
        assert question.why not in everything
        assert question.told("en").why != question.why
        assert question.told("en").why not in everything
    assert build(places, ["t03-09"], report=told.append).skipped == ("t03-09",)

    change(catalogue, 'msgstr "Drawer"', 'msgstr ""')
    assert build(places, ["t03-09"], report=told.append).built == ("t03-09",)
    assert "  t03-09.en.po: 1 câu chưa dịch: hãy viết bản dịch vào sau msgstr." in told
    page = (places.release / "t03-09" / "page.en.html").read_text(encoding="utf-8")
    assert '<span lang="vi">Ngăn</span>' in page
    assert "translated in part" in page
    info = lesson_info(places, "t03-09")
    assert (info.title_en, info.translations["en"].complete) == (info.translations["en"].title, False)
