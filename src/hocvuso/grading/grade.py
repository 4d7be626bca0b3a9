"""``hocvuso grade``: takes in what waits, scores it, writes it down.

The order makes a crash harmless: first the gradebook (one transaction), then the files that follow from it, last
the submission moves to the evidence. What still waits isn't done, and doing it again gives the same.
"""

from __future__ import annotations

import fcntl
import logging
import os
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import islice
from shutil import rmtree
from typing import TYPE_CHECKING, TypeAlias

from hocvuso import __version__
from hocvuso.database import said_by
from hocvuso.errors import HocVuSoError
from hocvuso.exchange.collect import Collected, Waiting, find_waiting, sweep, take_in
from hocvuso.exchange.folders import replace_folder, write_folder
from hocvuso.exchange.receipts import RECEIPT, SiteKey
from hocvuso.exchange.submit import TIMESTAMP
from hocvuso.grading.assess import Assessment, Assessor
from hocvuso.grading.autograded import graded_notebook
from hocvuso.grading.feedback import write_feedback
from hocvuso.grading.gradebook import GradebookWriter, Recorded
from hocvuso.grading.result import Evidence, QuestionResult, Result, Sentence, write_result
from hocvuso.language import N_, get_language
from hocvuso.lessons.editions import write_alone
from hocvuso.places import folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from hocvuso.lessons.master import Master
    from hocvuso.places import Places

Report: TypeAlias = "Callable[[str], None]"
STAGING = ".staging"
UNCLAIMED = ".unclaimed"  # no learner's folder begins with a dot
log = logging.getLogger("hocvuso.grading")
say = get_language("vi")


@dataclass(slots=True)
class Summary:
    """How many submissions ended how. ``failed`` ones are still waiting; ``older`` ones came after a newer one."""

    graded: int = 0
    partly: int = 0
    refused: int = 0
    older: int = 0
    failed: int = 0

    @property
    def taken(self) -> int:
        """How many are done."""
        return self.graded + self.partly + self.refused + self.older

    def tell(self, lang: str = "vi") -> str:
        """The counts in a sentence."""
        counts = {f.name: getattr(self, f.name) for f in fields(self)}
        sentence = get_language(lang)(
            N_("Đã chấm {graded} bài, chấm một phần {partly}, từ chối {refused}, bản nộp cũ {older}."),
            **counts,
        )
        if not self.failed:
            return sentence
        return sentence + " " + get_language(lang)(N_("{failed} bài còn chờ vì lỗi của hệ thống."), **counts)


def grade_waiting(
    places: Places,
    lesson: str | None = None,
    report: Report = lambda _: None,
    *,
    now: Callable[[], datetime],
    new_id: Callable[[], str],
) -> Summary:
    """Grade everything that waits (of one lesson, when named). No submission's damage touches another."""
    sweep(places)
    return grade_these(places, find_waiting(places, lesson), report, now=now, new_id=new_id)


def grade_these(  # noqa: PLR0913  (the two sources of chance and time, and who is told)
    places: Places,
    waiting: Iterable[Waiting],
    report: Report = lambda _: None,
    *,
    now: Callable[[], datetime],
    new_id: Callable[[], str],
    failed: Callable[[Waiting], None] = lambda _: None,
) -> Summary:
    """Grade ``waiting``, in order; ``failed`` is told of those that stay because of an error of ours."""
    summary = Summary()
    workers = os.cpu_count() or 1
    with _alone(places), GradebookWriter(places) as book, ThreadPoolExecutor(workers) as pool:
        grader = _Grader(places, book, now, new_id)
        rest = iter(waiting)
        while batch := list(islice(rest, 4 * workers)):
            known = book.find_collected(one for one in batch if one.via == "jupyterlab")
            before = [known.get((one.learner, one.name)) for one in batch]
            for one, found in zip(batch, pool.map(grader.assess, batch, before), strict=True):
                outcome = grader.finish(one, found)
                setattr(summary, outcome, getattr(summary, outcome) + 1)
                if outcome == "failed":
                    failed(one)
                elif isinstance(found, Assessment):
                    report(_line(found, outcome))
    return summary


class _Grader:
    def __init__(
        self, places: Places, book: GradebookWriter, now: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        self._places = places
        self._book = book
        self._now = now
        self._new_id = new_id
        self._assessor = Assessor(places)
        # a key of the grader's own: it vouches for what it collected, and can't sign for the site
        self._key = SiteKey.load_or_make(places.var / "grader")

    def assess(self, waiting: Waiting, before: Collected | None) -> Assessment | Exception | None:
        """The assessment; None when it was done before; an exception when the fault is ours."""
        try:
            taken = take_in(waiting, self._key, self._now(), self._new_id(), before)
            return None if self._evidence(taken.waiting).exists() else self._assessor.assess(taken)
        except Exception as error:  # noqa: BLE001  (one submission must not stop the others; told in `finish`)
            return error

    def finish(self, waiting: Waiting, found: Assessment | Exception | None) -> str:
        """Write an assessment down and clear the submission away; the name of its count in `Summary`."""
        try:
            if isinstance(found, Exception):
                raise found  # noqa: TRY301  (told below, like an error in writing)
            outcome = "older" if found is None else self._write(found)
            waiting.clear()  # a lab's owner may hold on to it; the evidence says that it is done
        except Exception as error:  # noqa: BLE001
            # the stack without the message, which may hold a name
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("a submission could not be graded: %s\n%s", cause_of(error), where)  # noqa: TRY400
            return "failed"
        return outcome

    def _write(self, found: Assessment) -> str:
        graded = self._now()
        recorded = self._book.record(found, graded)
        if found.learner is not None:
            if recorded.counts and found.master is not None:
                self._write_notebooks(found, found.learner, found.master)
            if recorded.latest and self._assessor.is_released(found.edition):
                result = make_result(found, found.learner, graded, recorded)
                write_result(self._places, result)
                write_feedback(self._places, result, found.taken.files)
        self._keep(found)
        return found.state if recorded.latest else "older"

    def _write_notebooks(self, found: Assessment, learner: str, master: Master) -> None:
        """nbgrader's submitted and autograded folders: the latest submission, its answers and its outputs."""
        receipt = found.taken.receipt
        assert receipt is not None and found.book is not None  # noqa: S101, PT018  (what counts has both)
        common = {
            "answers.json": (found.book.model_dump_json(indent=1) + "\n").encode("utf-8"),
            "timestamp.txt": receipt.handed_in.strftime(TIMESTAMP).encode("ascii"),
        }
        notebook = {f"{found.edition}.ipynb": graded_notebook(found, master)}
        below = folder_of(learner), found.edition
        for root, content in (
            (self._places.submitted, {**found.taken.files, **common}),
            (self._places.autograde, {**common, **notebook}),
        ):
            replace_folder(root.joinpath(*below), content, root / STAGING / self._new_id())

    def _keep(self, found: Assessment) -> None:
        """Keep the submission as it came, with its receipt; and the merged answers, where merging changed them."""
        target = self._evidence(found.taken.waiting)
        files = dict(found.taken.files)
        if found.taken.receipt is not None:
            files[RECEIPT] = found.taken.receipt.model_dump_json(indent=1).encode("utf-8")
        if found.book is not None and found.taken.waiting.via == "jupyterlab":
            write_alone(target.with_name(target.name + ".answers.json"), found.book.model_dump_json(indent=1))
        write_folder(target, files, self._places.evidence / STAGING / self._new_id())

    def _evidence(self, waiting: Waiting) -> Path:
        owner = UNCLAIMED if waiting.learner is None else folder_of(waiting.learner)
        return self._places.evidence / owner / (waiting.edition or UNCLAIMED) / waiting.name


def make_result(found: Assessment, learner: str, graded: datetime, recorded: Recorded) -> Result:
    """The result record of an assessment."""
    receipt = found.taken.receipt
    assert receipt is not None  # noqa: S101  (what has a learner has a receipt)
    reasons = [Sentence.of(reason.message, reason.fields) for reason in found.reasons]
    if recorded.kept:
        reasons.append(Sentence(message=N_("Điểm của lần nộp trước được giữ nguyên.")))
    return Result(
        learner=learner,
        lesson=found.lesson,
        edition=found.edition,
        submission=found.taken.waiting.name,
        state=found.state,
        reasons=tuple(reasons),
        points=int(found.points),
        out_of=found.out_of,
        handed_in=receipt.handed_in,
        graded=graded,
        via=receipt.via,
        questions=tuple(_question_results(found)),
        evidence=Evidence(
            engine=__version__,
            master=f"sha256:{found.master.hash}" if found.master else "",
            submission=f"sha256:{found.submission_hash}",
            receipt=receipt.id,
        ),
    )


def _question_results(found: Assessment) -> Iterator[QuestionResult]:
    for question in found.master.questions if found.master else ():
        mark = found.marks[question.id]
        yield QuestionResult(
            id=question.id,
            kind="question",
            prompt=question.prompt,
            points=mark.points,
            out_of=mark.out_of,
            state=mark.state,
            your=question.show_answer(found.book.value(question.id) if found.book else None) or None,
            key=question.show_key(),
            why=question.why,
            notes=tuple(Sentence(message=note) for note in mark.notes),
        )
    for part in found.code:
        yield QuestionResult(
            id=part.cell.id,
            kind="code",
            points=int(part.score or 0),
            out_of=part.cell.points,
            state=part.state,
            your=part.source or None,
            notes=tuple(Sentence.of(message, named) for message, named in part.notes),
        )


def _line(found: Assessment, outcome: str) -> str:
    """A line of progress. It names no learner: what is printed ends in logs."""
    if outcome == "refused":
        return say(N_("✗ {edition}: từ chối"), edition=found.edition or "?")
    return say(
        N_("✓ {edition}: {points:g}/{out_of}"),
        edition=found.edition,
        points=found.points,
        out_of=found.out_of,
    )


@contextmanager
def _alone(places: Places) -> Iterator[None]:
    """One grader at a time per course."""
    folder = places.var / "grader"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "grade.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for root in (places.submitted, places.autograde, places.evidence):
            rmtree(root / STAGING, ignore_errors=True)  # what a run left that was killed
        yield


def cause_of(error: Exception) -> str:
    """What went wrong, for the log: the kind of error and what the machine says of it, never a name or a path."""
    found: BaseException | None = error
    said = (
        error.message if isinstance(error, HocVuSoError) and error.__cause__ is None else None
    )  # no field filled in
    while found is not None and said is None:
        said = found.strerror if isinstance(found, OSError) else said_by(found)
        found = found.__cause__
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
