"""An nbgrader_config.py that was written for nbgrader: its names, its plug-ins and its own steps keep working."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from both import TwoWays, same
from notebooks import S1, S2, Released, code, notebook, source

from hocvuso.errors import SetupError
from hocvuso.grading.autograde import Course, autograde

STEPS = """
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.preprocessors import (
    CheckCellMetadata, Execute, IgnorePattern, LimitOutput, OverwriteCells, SaveAutoGrades
)


class Quiet(NbGraderPreprocessor):
    # no cell may print: a step between the run and the score

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
        return cell, resources


class Named(NbGraderPreprocessor):
    # every notebook says whose it is: a step before the run

    def preprocess(self, notebook, resources):
        student = resources["nbgrader"]["student"]
        notebook.cells[0].source += f" ({student})"
        return notebook, resources


def before(assignment, student, notebooks):
    with open("hooks.txt", "a") as file:
        file.write(f"{assignment} {len(notebooks)}\\n")
"""


def paper(course: TwoWays) -> Released:
    """The course's assignment, generated."""
    course.source("ps1", {"p1.ipynb": source()})
    return Released(course.root / "release" / "ps1" / "p1.ipynb")


def with_steps(course: TwoWays, config: str) -> None:
    """Give the course a module of its own and a configuration that uses it."""
    (course.root / "buoc.py").write_text(STEPS, encoding="utf-8")
    course.set(f"import sys\nsys.path.insert(0, {str(course.root)!r})\nimport buoc\n{config}\n")


def test_steps_and_hooks_of_the_course(course: TwoWays) -> None:
    """Steps before and behind the run, limits on output, a pattern to ignore, a hook: as with nbgrader."""
    with_steps(
        course,
        "c.Autograde.sanitize_preprocessors = [buoc.OverwriteCells, buoc.Named, buoc.CheckCellMetadata]\n"
        "c.Autograde.autograde_preprocessors = [\n"
        "    buoc.Execute, buoc.IgnorePattern, buoc.LimitOutput, buoc.SaveAutoGrades, buoc.CheckCellMetadata]\n"
        "c.IgnorePattern.enabled = True\nc.IgnorePattern.pattern = 'DeprecationWarning'\n"
        "c.LimitOutput.max_lines = 5\nc.LimitOutput.max_traceback = 4\n"
        "c.BaseConverter.pre_convert_hook = buoc.before\n",
    )
    given = paper(course)
    old = "import warnings\ndef tich(a, b):\n    warnings.warn('cũ', {})\n    return a * b"
    course.hand_in("bo-qua", "ps1", {"p1.ipynb": given.right(s2=old.format("DeprecationWarning"))})
    course.hand_in("canh-bao", "ps1", {"p1.ipynb": given.right(s2=old.format("UserWarning"))})
    course.hand_in("dai", "ps1", {"p1.ipynb": given.right(s1=S1 + "\nfor i in range(99):\n    print(i)")})
    course.hand_in("sai", "ps1", {"p1.ipynb": given.right(s1="def tong(a, b):\n    return 1 / 0")})
    ours, theirs = course.ours("ps1"), course.theirs("ps1")
    same(ours, theirs)
    assert [ours.scores(name)["p1/t2"] for name in ("bo-qua", "canh-bao", "dai")] == [1.5, 0, 1.5]
    hooks = [(found.folder / "hooks.txt").read_text() for found in (ours, theirs)]
    assert hooks[0] == hooks[1] == "ps1 1\n" * 5  # one of generate_assignment, four students


def test_a_step_behind_the_run_decides_the_score(course: TwoWays) -> None:
    """A course that forgives what is printed to stderr."""
    with_steps(
        course, "c.Autograde.autograde_preprocessors = [buoc.Execute, buoc.Quiet, buoc.SaveAutoGrades]"
    )
    given = paper(course)
    loud = "import sys\ndef tich(a, b):\n    print('!', file=sys.stderr)\n    return a * b"
    course.hand_in("an", "ps1", {"p1.ipynb": given.right(s2=loud)})
    ours = course.ours("ps1")
    same(ours, course.theirs("ps1"))
    assert ours.scores("an")["p1/t2"] == 1.5


def test_folders_database_and_who_is_left_out(course: TwoWays) -> None:
    """Other folder names and shapes, permissions of the course's own, a student who is excluded."""
    course.set(
        "c.CourseDirectory.submitted_directory = 'nop'\nc.CourseDirectory.autograded_directory = 'cham'\n"
        "c.CourseDirectory.directory_structure = '{nbgrader_step}/{assignment_id}/{student_id}'\n"
        "c.CourseDirectory.student_id_exclude = 'binh'\nc.BaseConverter.permissions = 640\n"
    )
    (course.root / "source" / "ps1" / ".").mkdir(parents=True)
    course.source("ps1", {"p1.ipynb": source()})
    given = Released(course.root / "release" / "ps1" / "p1.ipynb")
    for student in ("an", "binh"):
        course.hand_in(student, "ps1", {"p1.ipynb": given.right()})
    for name in ("ours", "theirs"):
        root = course.copy(name)
        for student in ("an", "binh"):
            (root / "nop" / "ps1").mkdir(parents=True, exist_ok=True)
            (root / "submitted" / student / "ps1").rename(root / "nop" / "ps1" / student)
            (root / "submitted" / student).rmdir()
        getattr(course, name)("ps1", again=True)
    found = {name: course.copy(name, again=True) / "cham" / "ps1" for name in ("ours", "theirs")}
    for folder in found.values():
        assert [path.name for path in folder.iterdir()] == ["an"]
        assert (folder / "an" / "p1.ipynb").stat().st_mode & 0o777 == 0o640


def test_what_nobody_may_ask_for(course: TwoWays) -> None:
    """Scores from a learner's own outputs, an assignment that is not there, two at once: a sentence each."""
    given = paper(course)
    course.hand_in("an", "ps1", {"p1.ipynb": given.right()})
    course.hand_in("an", "ps2", {"p1.ipynb": given.right()})
    for words, told in (
        (["ps1", "--no-execute"], "Execute"),
        (["ps2"], "generate_assignment"),
        (["ps3"], "ps3"),
        (["ps1", "ps2"], "autograde ps1"),
        ([], "autograde ps1"),
        (["ps1", "--Execute.timeout=lau"], "timeout"),
    ):
        with pytest.raises(SetupError) as refused:
            autograde(Course(words, course.root), lang="en")
        assert told in refused.value.tell("en")
    with course.gradebook() as book:
        assert not book.assignment_submissions("ps1")


def test_the_class_goes_on(course: TwoWays) -> None:
    """Each submission that can't be graded has its line and its reason; the others are graded, once."""
    with_steps(course, "c.AssignLatePenalties.plugin_class = 'hong.Broken'")
    (course.root / "hong.py").write_text(
        "from nbgrader.plugins import BasePlugin\n\n\nclass Broken(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        raise KeyError(student_id)\n"
    )
    given = paper(course)
    with course.gradebook() as book:
        book.update_or_create_assignment("ps1", duedate="2026-01-01 00:00:00 UTC")
    course.hand_in("an", "ps1", {"p1.ipynb": given.right()})
    course.hand_in("gio-hong", "ps1", {"p1.ipynb": given.right(), "timestamp.txt": b"\xff hom qua"})
    course.hand_in("la", "ps1", {"p2.ipynb": given.right()})
    course.hand_in("lien-ket", "ps1", {"p1.ipynb": given.right()})
    (course.root / "submitted" / "lien-ket" / "ps1" / "du-lieu.txt").symlink_to("/etc/hostname")
    os.mkfifo(course.root / "submitted" / "lien-ket" / "ps1" / "ong")
    course.hand_in("muon", "ps1", {"p1.ipynb": given.right()}, "2026-02-01 08:00:00 UTC")
    course.hand_in("to", "ps1", {"p1.ipynb": given.right(), "to.bin": b"\0" * (41 * 1024 * 1024)})
    course.hand_in("trong", "ps1", {"p1.ipynb.txt": "{}"})
    (course.root / "autograded" / "an" / ".ps1.0123" / "new").mkdir(parents=True)  # what a killed run left
    ours = course.ours("ps1")
    assert ours.tally is not None
    assert (ours.tally.graded, ours.tally.partly, ours.tally.refused, ours.tally.failed) == (2, 2, 2, 0)
    for student, told in {
        "gio-hong": "timestamp.txt",
        "la": "No notebook",
        "muon": "late penalty",
        "to": "40 MB",
        "trong": "holds no notebook",
    }.items():
        assert told in ours.refused[student]
    for student in ("an", "gio-hong", "lien-ket", "muon"):
        assert ours.scores(student)["p1/t1"] == 2
    assert sorted(p.name for p in (ours.folder / "autograded" / "lien-ket" / "ps1").iterdir()) == ["p1.ipynb"]
    assert "trong" not in ours.rows
    assert not list(ours.folder.glob("autograded/*/.*"))


def test_a_student_who_is_not_known(course: TwoWays) -> None:
    """Where the course does not let students be made, an unknown one is told and leaves no row."""
    given = paper(course)
    course.hand_in("la", "ps1", {"p1.ipynb": given.right()})
    with course.gradebook() as book:
        book.add_student("quen")
    course.hand_in("quen", "ps1", {"p1.ipynb": given.right()})
    ours = course.ours("ps1", "--Autograde.create_student=False")
    assert list(ours.rows) == ["quen"]
    assert "does not know" in ours.refused["la"]


def test_another_language_is_not_run(course: TwoWays) -> None:
    """The box has one Python; a notebook for another kernel is told, and waits for a person."""
    made = notebook(
        code("1 + 1", grade_id="s1", solution=True),
        code("2", grade_id="t1", grade=True, locked=True, points=1),
    )
    made["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    course.set("c.ClearSolutions.code_stub = {'R': '# YOUR CODE'}\n")
    course.source("ps1", {"p1.ipynb": made})
    course.hand_in("an", "ps1", {"p1.ipynb": made})
    ours = course.ours("ps1")
    assert "kernel ir" in ours.refused["an"]
    assert ours.rows["an"]["grades"]["p1/t1"]["by_hand"]


def test_html_of_a_learner_is_text(course: TwoWays, tmp_path: Path) -> None:
    """Nothing that a learner writes or shows is a tag in the autograded notebook; a pasted picture stays."""
    given = paper(course)
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

    def attach(made: dict) -> None:
        cell = next(c for c in made["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "m2")
        cell["attachments"] = {"a.png": {"image/png": pixel, "text/html": "<script>1</script>"}, "b": "x"}

    shown = "from IPython.display import HTML, display\ndisplay(HTML('<script>1</script>'))"
    course.hand_in(
        "an", "ps1", {"p1.ipynb": given.right(attach, m1=shown, m2="<script>1</script> a < b", s2=S2)}
    )
    ours = course.ours("ps1")
    written = (ours.folder / "autograded" / "an" / "ps1" / "p1.ipynb").read_text("utf-8")
    cells = ours.notebooks["an"]["p1.ipynb"]["cells"]
    answer = next(cell for cell in cells if cell["id"] == "m2")
    assert answer["source"] == "<script>1</script> a < b"  # as both ways are compared
    assert '"<script>' not in written
    assert pixel in written
    assert "text/html" not in written
