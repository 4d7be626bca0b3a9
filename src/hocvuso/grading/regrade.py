"""``hocvuso regrade``: scores everything that counts anew, with the master as it is now, without running anything.

For when a key was wrong: correct the lesson's text, build, release, regrade. What was answered is in the gradebook
since the grading (`Assessment.stored`), so no submission is opened. The log keeps the old score and the new one. What
people decided (scores by hand, extra credit, comments) stays; points that they gave where no program can score
(`hocvuso.grading.by_hand`) come into what the learner is shown. Doing it twice, or again after a crash, gives the same;
``hocvuso status`` says that it has to be done again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import and_, func, select

from hocvuso.database import told_when_locked
from hocvuso.errors import AnswerError, SetupError, SubmissionError
from hocvuso.exchange.claims import Claims
from hocvuso.exchange.collect import Taken, Waiting
from hocvuso.exchange.folders import read_folder
from hocvuso.exchange.receipts import Receipt
from hocvuso.grading.assess import Assessment, Assessor
from hocvuso.grading.begun import begun
from hocvuso.grading.by_hand import points_given, with_points
from hocvuso.grading.gradebook import GradebookWriter
from hocvuso.grading.outcome import Outcomes
from hocvuso.language import N_, get_language
from hocvuso.lessons.editions import lesson_of, read_ledger
from hocvuso.places import folder_of
from hocvuso.questions import AnswerBook
from hocvuso.records.tables import answers, scores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hocvuso.grading.gradebook import Recorded
    from hocvuso.grading.scribe import Deed
    from hocvuso.places import Places

Row: TypeAlias = Any  # SQLAlchemy's, with the columns that `_rows` asks for
MOST_AT_ONCE = 512
OTHERS_EVERY = 0.05  # seconds between two looks at what a grader holds
say = get_language("vi")


@dataclass(slots=True)
class Regraded:
    """How many submissions were scored anew. ``changed``: got other points; ``left``: their code has to run again."""

    scored: int = 0
    changed: int = 0
    left: int = 0

    def tell(self, lang: str = "vi") -> str:
        """The counts in a sentence."""
        sentence = get_language(lang)(
            N_("Đã chấm lại {scored} bài, {changed} bài đổi điểm."), scored=self.scored, changed=self.changed
        )
        if not self.left:
            return sentence
        return (
            sentence
            + " "
            + get_language(lang)(N_("{left} bài có mã lệnh phải chạy lại: hãy dùng --rerun."), left=self.left)
        )


def regrade(  # noqa: PLR0913  (time, and who is told)
    places: Places,
    lesson: str,
    report: Callable[[str], None] = lambda _: None,
    *,
    now: Callable[[], datetime],
    rerun: bool = False,
    pause: Callable[[float], None] = time.sleep,
) -> Regraded:
    """Score everything anew that counts in ``lesson``, a lesson or one edition of it.

    ``rerun`` runs learners' code again; without it, what the code answered to the tests before is judged anew. Raises
    SetupError when there is no such lesson, StorageError when the gradebook can't be used now.
    """
    known = read_ledger(places.editions).lessons.get(lesson_of(lesson), ())
    editions = [e.edition for e in known if e.released and lesson in {e.edition, lesson_of(e.edition)}]
    if not editions:
        raise SetupError(N_("Bài {lesson} chưa được phát hành nên không có gì để chấm lại."), lesson=lesson)
    with ExitStack() as stack, told_when_locked():
        claims = stack.enter_context(Claims(places.var / "grader"))
        stack.enter_context(begun(places, claims, lesson))
        regrader = _Regrader(places, stack, claims, now, pause, rerun=rerun)
        for edition in editions:
            regrader.regrade(edition, report)
    return regrader.done


class _Regrader:
    def __init__(  # noqa: PLR0913  (time, and who else is at work)
        self,
        places: Places,
        stack: ExitStack,
        claims: Claims,
        now: Callable[[], datetime],
        pause: Callable[[float], None],
        *,
        rerun: bool,
    ) -> None:
        self.done = Regraded()
        self._inbound = places.inbound
        self._now = now
        self._pause = pause
        self._rerun = rerun
        self._assessor = Assessor(places)
        stack.callback(self._assessor.close)
        self._book = stack.enter_context(GradebookWriter(places))
        self._claims = claims
        self._outcomes = stack.enter_context(Outcomes(places))
        self._writer = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="write"))
        self._written: tuple[Sequence[Row], Future[list[OSError | None]]] | None = None

    def regrade(self, edition: str, report: Callable[[str], None]) -> None:
        """All that counts of one edition, in batches by learner; while one is written the next one is scored."""
        last = ""
        try:
            while batch := self._rows(edition, last):
                last = batch[-1].learner
                while batch:
                    mine = [row for row in batch if self._claims.take(_whose(row))]
                    self._score(mine)
                    if len(mine) == len(batch):
                        break
                    taken = {row.learner for row in mine}
                    self._settle()
                    self._pause(OTHERS_EVERY)
                    batch = [row for row in batch if row.learner not in taken]
                report(say(N_("   đã chấm lại {count} bài…"), count=self.done.scored))
        finally:
            self._settle()
            self._outcomes.write([])  # also that the last ones are in their places is on the disk

    def _rows(self, edition: str, after: str) -> Sequence[Row]:
        """What the log says of the next submissions that count, with what they answered."""
        newest = (
            select(func.max(scores.c.id))
            .where(scores.c.edition == edition, scores.c.counts, scores.c.learner > after)
            .group_by(scores.c.learner)
            .order_by(scores.c.learner)
            .limit(MOST_AT_ONCE)
        )
        same = and_(
            answers.c.edition == scores.c.edition,
            answers.c.learner == scores.c.learner,
            answers.c.submission == scores.c.submission,
        )
        with self._book.engine.connect() as connection:
            return connection.execute(
                select(scores, answers.c.answers)
                .select_from(scores.outerjoin(answers, same))
                .where(scores.c.id.in_(newest))
                .order_by(scores.c.learner)
            ).all()

    def _score(self, batch: Sequence[Row]) -> None:
        """Score ``batch`` anew, in the gradebook; its files are begun."""
        try:
            found = [(row, assessed) for row in batch if (assessed := self._assess(row)) is not None]
            self.done.left += len(batch) - len(found)
            graded = self._now()
            recorded = self._book.rescore([assessed for _, assessed in found], graded) if found else []
        except BaseException:
            self._free(batch)
            raise
        standing = [
            (row, assessed, what)
            for (row, assessed), what in zip(found, recorded, strict=True)
            if what.counts  # else replaced meanwhile by a later one, which was scored with the same master
        ]
        self.done.scored += len(standing)
        self.done.changed += sum(
            json.loads(row.questions) != assessed.scores for row, assessed, _ in standing
        )
        deeds = [self._deeds(*one, graded) for one in self._with_points(standing)]
        self._settle()
        self._written = batch, self._writer.submit(self._outcomes.write, deeds)

    def _with_points(
        self, standing: Sequence[tuple[Row, Assessment, Recorded]]
    ) -> list[tuple[Row, Assessment, Recorded]]:
        """What people graded, in the place of what waits for them."""
        if not any(None in assessed.scores.values() for _, assessed, _ in standing):
            return list(standing)
        edition, learners = standing[0][0].edition, [row.learner for row, _, _ in standing]
        with self._book.engine.connect() as connection:
            given = points_given(connection, edition, learners)
        return [
            (row, with_points(assessed, given.get(row.learner, {})), what) for row, assessed, what in standing
        ]

    def _deeds(self, row: Row, assessed: Assessment, what: Recorded, graded: datetime) -> list[Deed]:
        deeds = self._outcomes.new_notebook(assessed)
        if what.latest:
            files = self._files(row) if _from_lab(row) else {}
            deeds += self._outcomes.shown(assessed, what, graded, files, again=True)
        return deeds

    def _settle(self) -> None:
        """Wait until the files of the batch before are written; then others may have what was claimed."""
        if self._written is None:
            return
        (batch, written), self._written = self._written, None
        try:
            for error in written.result():
                if error:
                    raise error
        finally:
            self._free(batch)

    def _free(self, batch: Iterable[Row]) -> None:
        for row in batch:
            self._claims.free(_whose(row))

    def _assess(self, row: Row) -> Assessment | None:
        taken = _taken(self._inbound, row)
        stored = json.loads(row.answers) if row.answers is not None else self._stored(row)
        found = self._assessor.read_stored(taken, stored, row.submission_hash)
        if found.master is None or not found.master.tests:
            return found
        if not self._rerun:
            return self._assessor.replay(found, stored)
        notebook = self._files(row).get(f"{row.edition}.ipynb")
        return None if notebook is None else self._assessor.rerun(found, notebook)

    def _stored(self, row: Row) -> Mapping[str, Any]:
        """What was answered, from the evidence: of submissions that were graded before answers were stored."""
        try:
            book = self._merged(row) or self._files(row).get("answers.json")
            if book is None:
                return {}
            found, damaged = AnswerBook.salvage_from(book, "answers.json")
        except (AnswerError, SubmissionError):
            return {}
        return {"values": {name: record.answer for name, record in found.answers.items()}, "damaged": damaged}

    def _merged(self, row: Row) -> bytes | None:
        folder = self._evidence(row)
        try:
            return folder.with_name(folder.name + ".answers.json").read_bytes()
        except FileNotFoundError:
            return None

    def _files(self, row: Row) -> dict[str, bytes]:
        return read_folder(self._evidence(row))

    def _evidence(self, row: Row) -> Path:
        return Path(self._outcomes.evidence_of(_taken(self._inbound, row).waiting))


def _taken(inbound: Path, row: Row) -> Taken:
    """The submission as the log tells it."""
    handed_in = datetime.fromisoformat(row.handed_in)
    receipt = Receipt.model_construct(
        id=row.receipt,
        learner=row.learner,
        lesson=lesson_of(row.edition),
        edition=row.edition,
        submission=row.submission,
        handed_in=handed_in,
        via=row.via,
        files={},
    )
    waiting = Waiting(inbound, (row.submission,), row.learner, row.edition, row.via, None, receipt, handed_in)
    return Taken(waiting, {}, receipt)


def _whose(row: Row) -> str:
    return f"{folder_of(row.learner)}+{row.edition}"


def _from_lab(row: Row) -> bool:
    return str(row.via) == "jupyterlab"
