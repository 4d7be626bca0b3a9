"""What a graded class takes on the disk: bytes, inodes, rows of the gradebook; and how long its export takes."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from tests.bench.class_maker import START, learners, master_of, some_answers
from tests.bench.measure import seconds

from hocvuso.exchange.answers import AnswerStore
from hocvuso.places import Places
from hocvuso.records.grades_csv import write_export

TABLES = (
    "student",
    "submitted_assignment",
    "submitted_notebook",
    "grade",
    "comment",
    "hocvuso_scores",
    "hocvuso_audit",
)


ANSWERING = 20  # learners whose answers are saved one by one, as their browsers do


def measure(places: Places, before: Places, count: int, edition: str) -> dict[str, Any]:
    """Per submission, by folder; the gradebook's growth over ``before``; the export of all of it."""
    folders = {
        "evidence": places.evidence,
        "submitted": places.submitted,
        "autograde": places.autograde,
        "results": places.results,
        "feedback": places.feedback,
    }
    found: dict[str, Any] = {"submissions": count}
    for name, folder in folders.items():
        size, inodes = usage(folder)
        found[name] = {"bytes_each": size / count, "inodes_each": inodes / count}
    database = places.var / "grader" / "gradebook.db"
    grown = database_bytes(database) - database_bytes(before.var / "grader" / "gradebook.db")
    found["gradebook"] = {"bytes_each": grown / count, "rows_each": rows(database, count)}
    found["answers"] = answers(before, edition)
    found["export_seconds"] = seconds(lambda: write_export(places))
    found["export_bytes"] = (places.exports / "grades.csv").stat().st_size
    return found


def answers(places: Places, edition: str) -> dict[str, float]:
    """What the site's store keeps of one learner's answers to one edition, the second thoughts included."""
    with tempfile.TemporaryDirectory() as scratch:
        store = AnswerStore(Path(scratch), lambda: START)
        master = master_of(places, edition)
        asked = {question.id: question.asked() for question in master.questions}
        for number, learner in enumerate(learners(ANSWERING)):
            for round_of in (0, 1):
                for name, value in some_answers(master, Random(f"{number} {round_of}")).items():
                    before = store.read(learner, edition).answers.get(name)
                    seen = before.revision if before else 0
                    store.save(learner, edition, asked[name], value, seen=seen, edited=START)
        size, inodes = usage(Path(scratch))
    return {"bytes_each": size / ANSWERING, "inodes_each": inodes / ANSWERING}


def usage(folder: Path) -> tuple[int, int]:
    """Bytes that the disk gives to everything below ``folder`` (a file with two names counts once), and inodes."""
    seen: dict[tuple[int, int], int] = {}
    for top, folders, files in os.walk(folder):
        for name in (*folders, *files):
            status = os.lstat(os.path.join(top, name))  # noqa: PTH118  (tens of thousands of them)
            seen[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sum(seen.values()), len(seen)


def database_bytes(path: Path) -> int:
    """The pages in use."""
    with closing(sqlite3.connect(path)) as connection:
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size


def rows(path: Path, count: int) -> dict[str, float]:
    """Rows per submission."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] / count  # noqa: S608
            for name in TABLES
        }
