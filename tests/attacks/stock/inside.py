"""Runs in a box of its own, as its first process: hands in one attack, lets stock nbgrader grade, tells what it sees.

``python -m tests.attacks.stock.inside <class/name>``: the course of ``make_attacked_course`` lies at ``/built``,
``/course`` is an empty file system of bounded size. The last line on stdout is the report. Being process 1 of its box,
it outlives whatever the attack does to the others.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from tests.attacks import secret
from tests.attacks.shape import CODE, Attack, Submission, load_attacks
from tests.attacks.traps import Traps

BUILT, COURSE = Path("/built"), Path("/course")
NEIGHBOUR = "zung-that"
MARK = "report: "
SECONDS = 60  # for the whole run of autograde
CONFIG = """
c = get_config()
c.CourseDirectory.root = "/course"
c.CourseDirectory.course_id = "hocvuso"
c.CourseDirectory.db_url = "sqlite:////course/gradebook.db"
c.ExecutePreprocessor.timeout = 5
c.ExecutePreprocessor.shutdown_kernel = "immediate"
"""
ROWS = """
SELECT s.student_id, b.name, g.auto_score, g.manual_score
FROM grade g JOIN base_cell b ON b.id = g.cell_id
JOIN submitted_notebook n ON n.id = g.notebook_id JOIN submitted_assignment s ON s.id = n.assignment_id
"""


def main(name: str) -> None:
    """Run the attack and report."""
    attack = next(one for one in load_attacks() if one.id == name)
    lay_out()
    traps = Traps()
    began = time.monotonic()
    ended = [turn(attack, number, traps.named) for number in range(len(attack.rounds))]
    took = time.monotonic() - began
    kill_the_rest()
    found = report(attack) | {"ended": ended, "seconds": round(took, 1), "sprung": sorted(traps.close())}
    sys.stdout.write(
        "\n" + MARK + json.dumps(found) + "\n"
    )  # before it may stand what the attack wrote there


def lay_out() -> None:
    """nbgrader's course: source, gradebook beside it, secrets."""
    for folder in ("source", "release"):
        shutil.copytree(BUILT / folder, COURSE / folder)
    shutil.copy(BUILT / "var" / "grader" / "gradebook.db", COURSE / "gradebook.db")
    (COURSE / "mat-khau.txt").write_text(secret.FILE, encoding="utf-8")
    (COURSE / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")


def turn(attack: Attack, number: int, traps: Mapping[str, str]) -> str:
    """Hand in for the ``number``th time and run ``nbgrader autograde``; how that ended."""
    inputs = json.loads((BUILT / "inputs.json").read_bytes())
    known = inputs[attack.edition]
    released = json.loads((COURSE / "release" / attack.edition / f"{attack.edition}.ipynb").read_bytes())
    answers = known["answers"] if attack.edition != CODE else None
    made = attack.submission(
        number, released=released, right=known["right"], answers=answers, course=None, traps=traps
    )
    hand_in(made, number)
    if attack.place:
        attack.place(COURSE / "submitted" / made.learner / made.edition)
    honest = Submission(NEIGHBOUR, attack.edition, number, released, known["answers"], known["right"], None)
    honest.solve(
        known["right"]
        | ({"tong": f"# {secret.NEIGHBOUR}\n" + known["right"]["tong"]} if known["right"] else {})
    )
    hand_in(honest, number)
    return autograde(attack.edition)


def hand_in(made: Submission, number: int) -> None:
    """Put the folder where nbgrader collects it."""
    folder = COURSE / "submitted" / made.learner / made.edition
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files = {"timestamp.txt": f"2026-11-21 {8 + number:02}:00:00.000000 UTC".encode()}
    for name, data in (files | made.contents()).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def autograde(edition: str) -> str:
    """Run the real command; ``"done"``, ``"failed"`` or ``"stopped"`` when its time was over."""
    argv = ["prlimit", f"--fsize={256 << 20}", sys.executable, "-m", "nbgrader", "autograde", edition]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(argv, cwd=COURSE, start_new_session=True, **quiet)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with suppress(ChildProcessError):
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == process.pid:
                return "done" if status == 0 else "failed"
            if pid:
                continue
        time.sleep(0.05)
    kill_the_rest()
    return "stopped"


def kill_the_rest() -> None:
    """End every process but this one."""
    for _ in range(50):
        with suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.05)


def report(attack: Attack) -> dict[str, Any]:
    """What gradebook and graded notebooks hold of the attacker and of the neighbour."""
    rows: dict[str, dict[str, Any]] = {attack.learner: {}, NEIGHBOUR: {}}
    manual: dict[str, float] = {}
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"file:{COURSE}/gradebook.db?mode=ro", uri=True)) as book,
    ):
        for learner, cell, auto, by_hand in book.execute(ROWS):
            if learner in rows:
                rows[learner][cell] = auto
                if by_hand is not None and learner == attack.learner:
                    manual[cell] = by_hand
    texts = [path.read_text("utf-8", "replace") for path in graded(attack.learner)]
    return {
        "scores": rows[attack.learner],
        "manual": manual,
        "neighbour": rows[NEIGHBOUR],
        "leaks": sorted(secret.told(texts) | markup_in(texts)),
    }


def graded(learner: str) -> list[Path]:
    """The graded notebooks of a learner."""
    return [path for path in (COURSE / "autograded" / learner).glob("*/*.ipynb") if path.is_file()]


def markup_in(texts: list[str]) -> set[str]:
    """Kinds of output that nbgrader's feedback and formgrader show as they are."""
    found = set()
    for text in texts:
        with suppress(ValueError, KeyError, TypeError):
            for cell in json.loads(text)["cells"]:
                for output in cell.get("outputs", []):
                    kinds = set(output.get("data", {})) & {
                        "text/html",
                        "application/javascript",
                        "image/svg+xml",
                    }
                    if any("alert(1)" in str(output["data"][kind]) for kind in kinds):
                        found.add("markup in feedback")
    return found


if __name__ == "__main__":
    main(sys.argv[1])
