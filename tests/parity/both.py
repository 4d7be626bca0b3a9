"""One course, graded twice: by nbgrader's own converters with real kernels, and by ``hocvuso autograde``.

Both get copies of the same folders and of the same gradebook. What is compared: every row that nbgrader writes, and
what the cells of the autograded notebooks show.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import GenerateAssignment

from hocvuso.grading.autograde import Course, Tally, autograde
from hocvuso.lessons.convert import prepare_gradebook

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "khoa-hoc"
c.ExecutePreprocessor.shutdown_kernel = "immediate"
"""
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_KERNEL = re.compile(r"ipykernel_\d+")
_NUMBER = re.compile(r"Cell In\[\d+\]")  # tests are not counted in the learner's process
_SHOWN = ("text/plain", "image/png")  # what we keep of an output; docs/differences.md


@dataclass
class Graded:
    """What a grader left: rows by student, notebooks by student and name, and what it said of each student."""

    rows: dict[str, dict[str, Any]]
    notebooks: dict[str, dict[str, dict[str, Any]]]
    folder: Path
    refused: dict[str, str] = field(default_factory=dict)
    tally: Tally | None = None

    def scores(self, student: str) -> dict[str, Any]:
        """The automatic score of each cell."""
        return {name: row["auto"] for name, row in self.rows[student]["grades"].items()}


class TwoWays:
    """A course that is put together once and graded both ways."""

    def __init__(self, root: Path, config: str = "") -> None:
        self.root = root
        root.mkdir(parents=True)
        (root / "nbgrader_config.py").write_text(CONFIG + config, encoding="utf-8")
        (root / "submitted").mkdir()
        (root / "source").mkdir()
        prepare_gradebook(f"sqlite:///{root}/gradebook.db")  # nbgrader needs a program on the PATH for it

    def set(self, config: str) -> None:
        """Add lines to the course's configuration."""
        with (self.root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
            file.write(config)

    def source(self, assignment: str, files: Mapping[str, Any]) -> None:
        """Put the instructor's files in place and run ``nbgrader generate_assignment``."""
        write(self.root / "source" / assignment, files)
        with chdir(self.root):
            app = made(AutogradeApp(), [assignment])
            app.coursedir.assignment_id, app.coursedir.student_id = assignment, "."
            converter = GenerateAssignment(coursedir=app.coursedir, parent=app)
            converter.start()

    def hand_in(self, student: str, assignment: str, files: Mapping[str, Any], timestamp: str = "") -> None:
        """Put a submission where ``nbgrader collect`` puts it."""
        more = {"timestamp.txt": timestamp} if timestamp else {}
        shutil.rmtree(self.root / "submitted" / student / assignment, ignore_errors=True)
        write(self.root / "submitted" / student / assignment, {**files, **more})

    def gradebook(self, root: Path | None = None) -> Gradebook:
        """The gradebook of the course, or of one of its copies."""
        return Gradebook(f"sqlite:///{root or self.root}/gradebook.db", "khoa-hoc")

    def copy(self, name: str, *, again: bool = False) -> Path:
        """A copy of the course as it is now; ``again``: as it was left. Links and pipes are as they are."""
        target = self.root.with_name(f"{self.root.name}-{name}")
        if not target.exists():
            copy_tree(self.root, target)
        elif not again:  # a second hand-in: new submissions, the same gradebook
            shutil.rmtree(target / "submitted")
            copy_tree(self.root / "submitted", target / "submitted")
        return target

    def theirs(self, assignment: str, *options: str, force: bool = True, again: bool = False) -> Graded:
        """As nbgrader grades: student by student, so that one who stops it does not stop the others."""
        root = self.copy("theirs", again=again)
        refused = {}
        with chdir(root):
            app = made(AutogradeApp(), [assignment, *options], root)
            api = NbGraderAPI(coursedir=app.coursedir, config=app.config)
            found = app.coursedir.format_path(app.coursedir.submitted_directory, "*", assignment)
            shape = app.coursedir.format_path(app.coursedir.submitted_directory, "(.*)", assignment)
            for student in sorted(re.fullmatch(shape, path)[1] for path in glob(found)):  # noqa: PTH207  (as nbgrader)
                told = api.autograde(assignment, student, force=force, create=True)
                if not told["success"]:
                    refused[student] = last_line(told)
        return Graded(self._rows(root, assignment), notebooks_in(root, assignment), root, refused)

    def ours(self, assignment: str, *options: str, force: bool = True, again: bool = False) -> Graded:
        """As ``hocvuso autograde`` grades."""
        root = self.copy("ours", again=again)
        lines: list[str] = []
        with chdir(root):
            course = Course([assignment, *options, *(["--force"] if force else [])], root)
            tally = autograde(course, lines.append, lang="en")
        refused = {line[2:].split("/")[0]: line for line in lines if not line.startswith("✓")}
        return Graded(self._rows(root, assignment), notebooks_in(root, assignment), root, refused, tally)

    def _rows(self, root: Path, assignment: str) -> dict[str, dict[str, Any]]:
        found = {}
        with self.gradebook(root) as book:
            for submission in book.assignment_submissions(assignment):
                notebooks = submission.notebooks
                found[submission.student.id] = {
                    "timestamp": submission.timestamp,
                    "notebooks": {n.name: (n.late_submission_penalty, n.flagged) for n in notebooks},
                    "grades": {
                        f"{n.name}/{g.name}": {
                            "auto": g.auto_score,
                            "manual": g.manual_score,
                            "extra": g.extra_credit,
                            "by_hand": g.needs_manual_grade,
                        }
                        for n in notebooks
                        for g in n.grades
                    },
                    "comments": {
                        f"{n.name}/{c.name}": (c.auto_comment, c.manual_comment)
                        for n in notebooks
                        for c in n.comments
                    },
                }
        return found


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder, with what no copy of Python's makes."""
    pipes = [path for path in source.rglob("*") if path.is_fifo()]
    shutil.copytree(source, target, symlinks=True, ignore=lambda _, names: {p.name for p in pipes} & {*names})
    for pipe in pipes:
        os.mkfifo(target / pipe.relative_to(source))


def same(ours: Graded, theirs: Graded, *, but: set[str] | frozenset[str] = frozenset()) -> None:
    """Every row, every cell of every notebook and who was refused agree, for everyone but those in ``but``."""

    def rest(found: Mapping[str, Any]) -> dict[str, Any]:
        return {student: value for student, value in found.items() if student not in but}

    assert rest(ours.rows) == rest(theirs.rows)
    assert rest(ours.refused).keys() == rest(theirs.refused).keys(), (ours.refused, theirs.refused)
    assert rest(ours.notebooks) == rest(theirs.notebooks)


def made(app: Any, words: list[str], root: Path | None = None) -> Any:
    """An nbgrader application with its configuration read."""
    app.initialize([*words, "--log-level=CRITICAL"], root=str(root) if root else "")
    return app


def write(folder: Path, files: Mapping[str, Any]) -> None:
    """Put ``files`` below ``folder``: bytes, text, a notebook as a dict, or a path to copy."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = json.dumps(content) if isinstance(content, dict) else content
        if isinstance(data, Path):
            data = data.read_bytes()
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))


def last_line(told: Mapping[str, Any]) -> str:
    """The line in which nbgrader says what stopped it."""
    text = (told.get("log") or "") + (told.get("error") or "")
    lines = [line for line in text.strip().splitlines() if "rror" in line]
    return lines[-1] if lines else text[-200:]


def notebooks_in(root: Path, assignment: str) -> dict[str, dict[str, dict[str, Any]]]:
    """By student and file name: what the autograded notebooks hold, without what may differ from run to run."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for path in sorted((root / "autograded").glob(f"*/{assignment}/*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        mode = stat.S_IMODE(path.stat().st_mode)
        found.setdefault(path.parent.parent.name, {})[path.name] = {
            "mode": mode,
            "cells": [cell_of(cell) for cell in cells],
        }
    return found


def cell_of(cell: Mapping[str, Any]) -> dict[str, Any]:
    """A cell's text, nbgrader's metadata, number and outputs."""
    about = {k: v for k, v in cell["metadata"].get("nbgrader", {}).items() if k != "points" or v}
    for flag in ("task", "locked"):  # absent means false
        about.setdefault(flag, False)
    shown = [output_of(output) for output in cell.get("outputs", [])]
    if about.get("grade") and not about.get(
        "solution"
    ):  # a test is run elsewhere: no frames of the learner's code
        shown = [{**output, "trace": ""} if "trace" in output else output for output in shown]
    if any(
        output.get("error") == "CellTimeoutError" for output in shown
    ):  # with them a kernel's interrupt, too
        shown = [output for output in shown if output.get("error") != "KeyboardInterrupt"]
    return {
        "type": cell["cell_type"],
        "source": text_of(cell["source"]).replace("<\u2060", "<"),
        "id": about.get("grade_id"),
        "grade": bool(about.get("grade")),
        "solution": bool(about.get("solution")),
        "checksum": about.get("checksum"),
        "count": cell.get("execution_count"),
        "outputs": joined([output for output in shown if output]),
    }


def joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was printed as one text, in however many messages it came: that is chance."""
    found: list[dict[str, Any]] = []
    for output in outputs:
        last = found[-1] if found else {}
        if "stream" in output and output["stream"] == last.get("stream"):
            found[-1] = {**last, "text": last["text"] + output["text"]}
        else:
            found.append(output)
    return found


def output_of(output: Mapping[str, Any]) -> dict[str, Any]:
    """An output without addresses, colours of tracebacks and the kinds that we drop."""
    kind = output["output_type"]
    if kind == "stream":
        return {"stream": output["name"], "text": plain(output["text"])}
    if kind == "error":
        trace = plain(output["traceback"])
        shown = trace if "Traceback" in trace else "not shown"  # learner code hid it
        return {"error": output["ename"], "said": plain(output["evalue"]), "trace": shown}
    data = {mime: plain(value) for mime, value in output["data"].items() if mime in _SHOWN}
    return {kind: data, "count": output.get("execution_count")}


def plain(text: Any) -> str:
    """``text`` as one string without addresses, colours, and numbers of processes and cells."""
    text = _KERNEL.sub("ipykernel", _COLOUR.sub("", text_of(text)))
    return _NUMBER.sub("Cell In[…]", _ADDRESS.sub("0x…", text))


def text_of(text: Any) -> str:
    """Notebook text, which may be a list of lines."""
    return text if isinstance(text, str) else "".join(text)
