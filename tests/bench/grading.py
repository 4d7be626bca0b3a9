"""nbgrader's own autograde against ``hocvuso grade``: the same submissions, in one process, in turns.

Both sides run as the command does after its start: nbgrader's converter with its own executor, our `grade_waiting`.
Neither counts the start of Python and the imports. nbgrader is told to stop its kernels at once, which is faster than
what it does by default.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import warnings
from pathlib import Path

from tests.bench.measure import QUICK, RESULTS, in_turns, keep, median, say, seconds, spread

warnings.simplefilter("ignore")  # nbgrader's, which would only make the table hard to find
import test_grading_parity as parity  # noqa: E402
from grading_course import CODING, QUESTIONS, School, make_course  # noqa: E402

from hocvuso.places import Places  # noqa: E402

KINDS = ("right", "partial", "wrong", "empty")


def main() -> None:
    """Twenty submissions of the question lesson and four of the coding lesson (five and two when quick)."""
    logging.disable(logging.CRITICAL)
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (RESULTS / "grading.log").open("wb") as log:
        os.dup2(log.fileno(), 2)  # every kernel that starts says the same there
    counts = {QUESTIONS: 5, CODING: 2} if QUICK else {QUESTIONS: 20, CODING: 4}
    runs = 1 if QUICK else 2
    table = [("submissions", "nbgrader autograde", "hocvuso grade", "ratio")]
    results = {}
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "built").mkdir()
        built = make_course(Path(scratch) / "built")
        for edition, count in counts.items():
            say(f"{count} submissions of {edition}")
            found = side_by_side(built, edition, count, runs)
            stock, ours = median(found["nbgrader"]), median(found["hocvuso"])
            results[edition] = {"submissions": count, "seconds": found, "ratio": stock / ours}
            table.append(
                (
                    f"{count} × {edition}",
                    f"{stock:.1f} s ({spread(found['nbgrader'])})",
                    f"{ours:.2f} s ({spread(found['hocvuso'])})",
                    f"{stock / ours:.0f} ×" if stock / ours >= 10 else f"{stock / ours:.1f} ×",
                )
            )
    keep("grading", {"runs": runs, "results": results}, table)


def side_by_side(built: Places, edition: str, count: int, runs: int) -> dict[str, list[float]]:
    """Seconds of both, in turns, each run on a fresh copy of the course; both must give the same grades."""
    root = built.root.parent / "run"

    def prepare() -> School:
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(built.root, root)
        school = School(Places(root))
        cases = {}
        for number in range(count):
            kind = KINDS[number % len(KINDS)]
            case = parity.question_case(school, school.answers(QUESTIONS, kind))
            cases[f"hv-{number:03}"] = (
                case if edition == QUESTIONS else parity.code_case(school, solved(school, kind))
            )
        parity.hand_in(school, edition, cases)
        return school

    grades = {}

    def stock(_run: int) -> float:
        school = prepare()
        return seconds(lambda: grades.update(stock=parity.stock(school, edition)))

    def ours(_run: int) -> float:
        school = prepare()
        took = seconds(school.grade)
        grades["ours"] = parity.rows(school.places.gradebook_url, edition)
        return took

    found = in_turns({"nbgrader": stock, "hocvuso": ours}, runs)
    if grades["stock"] != grades["ours"]:
        raise SystemExit("the two sides gave different grades: nothing to compare")
    return found


def solved(school: School, kind: str) -> dict:
    """The author's solutions, or one of them replaced."""
    return school.solved() if kind == "right" else school.solved(loc_don="def loc_don(bang): return bang")


if __name__ == "__main__":
    main()
