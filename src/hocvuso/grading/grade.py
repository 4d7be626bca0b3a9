"""``hocvuso grade``: takes in what waits, scores it, writes it down, batch by batch.

The order makes a crash harmless: first the gradebook (one transaction for a batch), then the files that follow from
it, then all of it is brought to the disk, last the submissions move to the evidence. What still waits isn't done, and
doing it again gives the same. While one batch goes to the disk the next one is read.
"""

from __future__ import annotations

import logging
import time
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, fields
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from hocvuso import database
from hocvuso.exchange.claims import Claims
from hocvuso.exchange.collect import Collected, Taken, Waiting, find_waiting, sweep, take_in
from hocvuso.exchange.receipts import SiteKey
from hocvuso.grading.assess import Assessment, Assessor
from hocvuso.grading.failures import cause_of, comes_back, meets_all
from hocvuso.grading.gradebook import GradebookWriter, Recorded
from hocvuso.grading.notes import Notes
from hocvuso.grading.outcome import Outcomes
from hocvuso.grading.pools import LocalPool, Pool
from hocvuso.language import N_, get_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from hocvuso.grading.scribe import Deed
    from hocvuso.places import Places

Report: TypeAlias = "Callable[[str], None]"
Failed: TypeAlias = "Callable[[Waiting, str], None]"
MOST_AT_ONCE = 256  # submissions in a batch
MOST_BYTES = 16 * 1024 * 1024  # of their files; the last one may go beyond
CODE_AHEAD = (
    4  # with code, for each that the pool does at once: the batch must not hold up its first for long
)
OTHERS_EVERY = 0.05  # seconds between two looks at what another grader holds
TIMES_BUSY = 3  # for a gradebook that is away we wait so many times as for one that is busy
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


def grade_waiting(  # noqa: PLR0913  (the two sources of chance and time, and who is told)
    places: Places,
    lesson: str | None = None,
    report: Report = lambda _: None,
    *,
    now: Callable[[], datetime],
    new_id: Callable[[], str],
    unprotected: bool = False,
    pool: Pool | None = None,
) -> Summary:
    """Grade everything that waits (of one lesson, when named). No submission's damage touches another."""
    sweep(places)
    with (
        Notes(places, watching=False, now=now) as notes,
        Grader(places, report, now=now, new_id=new_id, unprotected=unprotected, pool=pool) as grader,
    ):
        return grader.grade(find_waiting(places, lesson), failed=notes.failed)


@dataclass(frozen=True, slots=True)
class _Done:
    """One submission of a batch: how it ended, or the error because of which it waits on."""

    waiting: Waiting
    found: Assessment | None = None
    outcome: str = "failed"
    error: Exception | None = None
    deeds: Sequence[Deed] = ()  # its files


_Part: TypeAlias = "Sequence[tuple[Waiting, Taken | Exception]]"


@dataclass(frozen=True, slots=True)
class _Begun:
    """A part of a batch on its way: what is done with already, what was read of the others, what becomes of them."""

    done: list[_Done]
    taken: Sequence[Taken]
    assessed: Iterable[Assessment | Exception]


class Grader:
    """Grades submissions of one course; a context manager. Several at once never take the same submission."""

    def __init__(  # noqa: PLR0913  (the two sources of chance and time, and who is told)
        self,
        places: Places,
        report: Report = lambda _: None,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        pool: Pool | None = None,
        unprotected: bool = False,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._places = places
        self._report = report
        self._now = now
        self._new_id = new_id
        self._pause = pause
        # a key of the grader's own: it vouches for what it collected, and can't sign for the site
        self._key = SiteKey.load_or_make(places.var / "grader")
        with ExitStack() as stack:
            self._assessor = Assessor(places, unprotected=unprotected)
            stack.callback(self._assessor.close)
            self._book = stack.enter_context(GradebookWriter(places))
            if unprotected:
                self._book.note_unprotected(now())
            self._claims = stack.enter_context(Claims(places.var / "grader"))
            self._outcomes = stack.enter_context(Outcomes(places))
            self._pool = pool or stack.enter_context(LocalPool())
            self._writer = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="write"))
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the gradebook and of every claim."""
        self._stack.close()

    def grade(
        self,
        waiting: Iterable[Waiting],
        *,
        for_others: bool = True,
        enough: Callable[[], bool] = lambda: False,
        failed: Failed = lambda *_: None,
    ) -> Summary:
        """Grade ``waiting``, in order; ``failed`` is told of those that stay because of an error of ours, and why.

        What another grader holds is waited for, unless ``for_others`` is false; then it is left to the next call.
        Between two batches ``enough`` may end it.
        """
        self._assessor.refresh()
        run = _Run(self._claims, self._outcomes, self._report, failed)
        try:
            self._grade_all(run, iter(waiting), for_others=for_others, enough=enough)
        finally:
            run.settle()  # also when the pool is lost: what has been written down is done
        return run.summary

    def _grade_all(
        self, run: _Run, rest: Iterator[Waiting], *, for_others: bool, enough: Callable[[], bool]
    ) -> None:
        while not enough():
            chunk = list(islice(rest, MOST_AT_ONCE))
            if chunk:
                if not self._grade_chunk(run.claim(chunk), run):
                    run.summary.failed += sum(1 for _ in rest) + len(run.take_held())
                    return
                continue
            run.settle()
            held = run.take_held()
            if not held or not for_others:
                return
            if not run.got_on():
                self._pause(OTHERS_EVERY)
            rest = iter(held)

    def _grade_chunk(self, chunk: Sequence[Waiting], run: _Run) -> bool:
        """Grade what has been claimed; False when nothing can be written down now, which all would meet."""
        if not chunk:
            return True
        try:
            known = self._book.find_collected(one for one in chunk if one.via == "jupyterlab")
        except Exception as error:  # noqa: BLE001  (told with those that wait because of it)
            run.settle()
            run.add([_Done(one, error=error) for one in chunk])
            return False
        self._assessor.refresh()
        left = {(one.root, one.steps): one for one in chunk}
        for done in self._grade_parts(self._read(chunk, known)):
            run.settle()  # the batch before: no more than two are in memory
            run.finish(done, self._writer.submit(self._outcomes.write, [one.deeds for one in done]))
            for one in done:
                del left[one.waiting.root, one.waiting.steps]
            stopped = next((one.error for one in done if one.error and meets_all(one.error)), None)
            if stopped:
                run.settle()
                run.add([_Done(one, error=stopped) for one in left.values()])
                return False
        return True

    def _read(
        self, chunk: Sequence[Waiting], known: dict[tuple[str | None, str], Collected]
    ) -> Iterator[_Part]:
        """What ``chunk`` holds, read in parts of a bounded weight."""
        part: list[tuple[Waiting, Taken | Exception]] = []
        size = weight = 0
        of_code = max(1, MOST_AT_ONCE // (CODE_AHEAD * self._pool.width))
        for one in chunk:
            found = self._take_in(one, known.get((one.learner, one.name)))
            part.append((one, found))
            if isinstance(found, Taken):
                size += sum(map(len, found.files.values()))
            weight += of_code if self._assessor.runs_code(one.edition) else 1
            if size >= MOST_BYTES or weight >= MOST_AT_ONCE:
                yield part
                part, size, weight = [], 0, 0
        if part:
            yield part

    def _take_in(self, waiting: Waiting, before: Collected | None) -> Taken | Exception:
        try:
            return take_in(waiting, self._key, self._now(), self._new_id(), before)
        except Exception as error:  # noqa: BLE001  (one submission must not stop the others)
            return error

    def _grade_parts(self, parts: Iterable[_Part]) -> Iterator[list[_Done]]:
        """Each part graded; the pool works on the next one while one is written down."""
        before: _Begun | None = None
        for part in parts:
            begun = self._begin(part)
            if before:
                yield self._end(before)
            before = begun
        if before:
            yield self._end(before)

    def _begin(self, part: _Part) -> _Begun:
        """Hand to the pool what of a part is to be assessed."""
        done: list[_Done] = []
        taken: list[Taken] = []
        for waiting, read in part:
            if isinstance(read, Exception):
                done.append(_Done(waiting, error=read))
            elif self._outcomes.has_evidence(read.waiting):
                done.append(_Done(read.waiting, Assessment(read, "refused"), "older"))
            else:
                taken.append(read)
        return _Begun(done, taken, self._pool.assess(self._assessor, taken))

    def _end(self, begun: _Begun) -> list[_Done]:
        """Record a part in the gradebook; what is left is to write its files and to clear it away."""
        done = begun.done
        assessed: list[Assessment] = []
        for one, found in zip(begun.taken, begun.assessed, strict=True):
            if isinstance(found, Assessment):
                assessed.append(found)
            else:
                done.append(_Done(one.waiting, error=found))
        graded = self._now()
        for found, recorded in zip(assessed, self._record(assessed, graded), strict=True):
            done.append(self._written(found, recorded, graded))
        return done

    def _record(self, batch: Sequence[Assessment], graded: datetime) -> list[Recorded | Exception]:
        """Write ``batch`` to the gradebook in one transaction; one by one when that fails because of one of them."""
        if not batch:
            return []
        end = time.monotonic() + TIMES_BUSY * database.BUSY_SECONDS
        while True:
            try:
                return list(self._book.record(batch, graded))
            except Exception as error:  # noqa: BLE001
                if meets_all(error):
                    if not comes_back(error) or time.monotonic() >= end:
                        return [error] * len(batch)
                elif len(batch) == 1:
                    return [error]
                else:
                    return self._record_singly(batch, graded)
            self._pause(1)

    def _record_singly(self, batch: Sequence[Assessment], graded: datetime) -> list[Recorded | Exception]:
        """Each of ``batch`` in a transaction of its own, until the gradebook itself is in the way."""
        done: list[Recorded | Exception] = []
        for found in batch:
            done += self._record([found], graded)
            last = done[-1]
            if isinstance(last, Exception) and meets_all(last):
                return done + [last] * (len(batch) - len(done))
        return done

    def _written(self, found: Assessment, recorded: Recorded | Exception, graded: datetime) -> _Done:
        """What is in the gradebook, with the files that follow."""
        waiting = found.taken.waiting
        if isinstance(recorded, Exception):
            return _Done(waiting, error=recorded)
        deeds: list[Deed] = []
        try:
            if found.learner is not None:
                if recorded.counts:
                    deeds += self._outcomes.notebooks(found)
                if recorded.latest and self._assessor.is_released(found.edition):
                    deeds += self._outcomes.shown(found, recorded, graded, found.taken.files)
            if not found.taken.ours:
                deeds += self._outcomes.copy(found)
        except Exception as error:  # noqa: BLE001
            return _Done(waiting, error=error)
        return _Done(waiting, found, found.state if recorded.latest else "older", deeds=deeds)


class _Run:
    """One call of `Grader.grade`: what it holds, what it put off, what is being finished, and the counts."""

    def __init__(self, claims: Claims, outcomes: Outcomes, report: Report, failed: Failed) -> None:
        self.summary = Summary()
        self._taken_before = -1
        self._claims = claims
        self._outcomes = outcomes
        self._report = report
        self._failed = failed
        self._held: list[Waiting] = []
        self._batch: list[_Done] = []
        self._written: Future[list[OSError | None]] | None = None

    def claim(self, chunk: Iterable[Waiting]) -> list[Waiting]:
        """Those of ``chunk`` that are ours now and still there; what somebody else holds is put off."""
        mine = []
        for one in chunk:
            if not self._claims.take(one.whose):
                self._held.append(one)
            elif one.is_there():
                mine.append(one)
            else:  # another grader has done it
                self._claims.free(one.whose)
        return mine

    def take_held(self) -> list[Waiting]:
        """What was put off."""
        held, self._held = self._held, []
        return held

    def finish(self, batch: list[_Done], written: Future[list[OSError | None]]) -> None:
        """A batch whose files are being written: `settle` ends it."""
        self._batch, self._written = batch, written

    def got_on(self) -> bool:
        """Whether anything has been done since the last time this was asked."""
        before, self._taken_before = self._taken_before, self.summary.taken
        return before != self._taken_before

    def settle(self) -> None:
        """Wait until the batch before is on the disk, clear it away and count it."""
        if self._written is None:
            return
        batch, written = self._batch, self._written
        self._batch, self._written = [], None
        try:
            errors: Sequence[OSError | None] = written.result()
        except OSError as error:
            errors = [error] * len(batch)
        self.add(
            [
                _Done(one.waiting, error=error) if error and not one.error else self._clear(one)
                for one, error in zip(batch, errors, strict=True)
            ]
        )

    def _clear(self, one: _Done) -> _Done:
        if one.found is None:
            return one
        try:
            self._outcomes.clear_away(one.found)
        except Exception as error:  # noqa: BLE001
            return _Done(one.waiting, error=error)
        return one

    def add(self, batch: Iterable[_Done]) -> None:
        """Count and tell what became of a batch, and let others have what was claimed."""
        errors: dict[str, list[Exception]] = {}
        for one in batch:
            self._claims.free(one.waiting.whose)
            setattr(self.summary, one.outcome, getattr(self.summary, one.outcome) + 1)
            if one.error is not None:
                cause = cause_of(one.error)
                errors.setdefault(cause, []).append(one.error)
                self._failed(one.waiting, cause)
            elif one.found is not None:
                self._report(_line(one.found, one.outcome))
        for cause, some in errors.items():
            # the stack without the message, which may hold a name
            where = "".join(traceback.format_tb(some[0].__traceback__))
            log.error("%d submission(s) could not be graded: %s\n%s", len(some), cause, where)


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
