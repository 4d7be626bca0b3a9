"""A class whose submissions wait for the grader, and what must be true once they are graded, whatever happened."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from grading_course import CODING, QUESTIONS, School, make_course
from killed import Moment, moments
from tests.bench.class_maker import hand_in_class, hand_in_labs

from hocvuso.exchange.receipts import PublicKey, check
from hocvuso.places import Places

LARGE = {"site": 230, "twice": 40, "labs": 12, "coders": 6}  # more than the grader takes at once
GRADES = """
    SELECT sa.student_id, b.name, g.auto_score, g.needs_manual_grade
    FROM grade g JOIN submitted_notebook sn ON sn.id = g.notebook_id JOIN base_cell b ON b.id = g.cell_id
    JOIN submitted_assignment sa ON sa.id = sn.assignment_id ORDER BY sa.student_id, b.name"""
GRADEBOOK_JOURNAL = "var/grader/gradebook.db-journal"


def waiting_class(root: Path, *, site: int = 28, twice: int = 8, labs: int = 4, coders: int = 2) -> Places:
    """``site`` submissions to the question lesson from the site, and second ones of the first ``twice`` learners.

    Besides, from JupyterLabs, ``labs`` more, every fourth damaged, and those of ``coders`` to the coding lesson.
    """
    root.mkdir()
    places = make_course(root)
    school = School(places)
    names = [f"hv-{number:02}" for number in range(site)]
    hand_in_class(places, QUESTIONS, [*names, *names[:twice]])
    for number in range(labs):
        answers = school.answers(QUESTIONS, ("right", "partial", "wrong", "empty")[number % 4])
        book = school.book(QUESTIONS, answers)
        files = {
            f"{QUESTIONS}.ipynb": school.released(QUESTIONS),
            "answers.json": book if number % 4 else b"[",
        }
        school.in_lab(f"lab-{number}", QUESTIONS, files)
    hand_in_labs(places, CODING, [f"code-{number}" for number in range(coders)])
    return places


def killing_moments(seed: int, count: int, steps: int) -> list[Moment]:
    """``count`` moments of a grader that takes ``steps`` of them; every third one is in a transaction."""
    chance = random.Random(seed)
    found = list(moments(seed, count, steps))
    for number in range(2, count, 3):
        found[number] = Moment(chance.randint(1, 2), chance.uniform(0, 0.01), GRADEBOOK_JOURNAL)
    return found


def copy_of(places: Places, root: Path) -> Places:
    """A copy of a course of one's own."""
    shutil.copytree(places.root, root)
    return Places(root)


def grade(places: Places) -> str:
    """``hocvuso grade``, uninterrupted; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "hocvuso", "--root", str(places.root), "grade"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def waiting(places: Places) -> dict[str, str]:
    """Who handed in what waits, by the name of the submission."""
    found = {path.name: path.name.split("+")[0] for path in places.inbound.iterdir()}
    return found | {path.name: path.parents[1].name for path in places.labs.glob("*/inbound/*")}


def check_whole(places: Places, handed_in: dict[str, str], reference: Places) -> None:
    """Every submission has been graded once, nothing is left over, and all is as in ``reference``."""
    school, expected = School(places), School(reference)
    left = left_over(places)
    assert left == []
    for query in (
        "SELECT submission, learner, state, counts, points FROM hocvuso_scores ORDER BY submission",
        "SELECT subject, action FROM hocvuso_audit ORDER BY subject",
        "SELECT assignment_id, student_id FROM submitted_assignment ORDER BY student_id",
        "SELECT count(*), count(DISTINCT notebook_id || cell_id), sum(auto_score) FROM grade",
        GRADES,
        "SELECT count(*), count(DISTINCT notebook_id || cell_id) FROM comment",
    ):
        found, wanted = school.rows(query), expected.rows(query)
        if "assignment_id" in query:  # ids are random
            found, wanted = ([row[1] for row in rows] for rows in (found, wanted))
        assert found == wanted, query
    logged = school.rows("SELECT submission, receipt FROM hocvuso_scores")
    assert Counter(name for name, _ in logged) == Counter(list(handed_in))
    assert results(places) == results(reference)
    assert export(places) == export(reference)
    assert contents(places) == contents(reference)
    check_evidence(places, handed_in, dict(logged))


def check_evidence(places: Places, handed_in: dict[str, str], receipts: dict[str, str]) -> None:
    """Each submission's folder holds a receipt that fits the files in it and the log."""
    keys = {"page": PublicKey.load(places.site_keys), "jupyterlab": PublicKey.load(places.var / "grader")}
    folders = {path.name: path for path in places.evidence.glob("*/*/*") if path.is_dir()}
    assert set(folders) == set(handed_in)
    for name, folder in folders.items():
        record = json.loads((folder / "receipt.json").read_bytes())
        receipt = check(record, keys[record["via"]], folder)
        assert (receipt.learner, receipt.id) == (handed_in[name], receipts[name])


def left_over(places: Places) -> list[str]:
    """What no finished run leaves: anything that waits, and files and folders under temporary names."""
    stay = {"claims.lock", "editions.lock"}
    found = []
    for top in (places.inbound, places.staging, places.labs, places.var, places.autograde):
        for folder, folders, files in os.walk(top):
            inside = top in {places.inbound, places.staging} or "inbound" in Path(folder).parts
            found += [
                str(Path(folder, name).relative_to(places.root))
                for name in (*folders, *files)
                if name not in stay
                and ((inside and Path(folder).name != "labs") or _is_temporary(folder, name))
            ]
    return sorted(found)


def _is_temporary(folder: str, name: str) -> bool:
    if name in {".staging", ".unclaimed"}:  # the folder itself may stay, what is in it may not
        return False
    return name.startswith(".") or Path(folder).name == ".staging" or name.endswith((".part", "-journal"))


def results(places: Places) -> dict[str, Any]:
    """The result records without what differs from run to run."""
    found = {}
    for path in places.results.glob("*/*.json"):
        record = json.loads(path.read_bytes())
        del record["graded"]
        if record["via"] == "jupyterlab":  # collected by the run itself
            del record["handed_in"], record["evidence"]["receipt"]
        found[str(path.relative_to(places.results))] = record
    return found


def export(places: Places) -> list[dict[str, str]]:
    """The rows of the export; of what came from a JupyterLab without the time of its collection."""
    with (places.exports / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{**row, "timestamp": ""} if not row["student_id"].startswith("hv-") else row for row in rows]


def contents(places: Places) -> dict[str, bytes]:
    """Every file of nbgrader's folders and of the feedback, but for times of collection."""
    return {
        str(path.relative_to(places.root)): path.read_bytes()
        for top in (places.submitted, places.autograde, places.feedback)
        for path in top.rglob("*")
        if path.is_file() and not (path.name == "timestamp.txt" and not path.parts[-3].startswith("hv-"))
    }
