"""From a submission to its scores, without writing anything.

What is graded is the master edition with the learner's answers by id. A damaged submission becomes a refused
assessment with a reason; it never raises.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

from hocvuso.errors import AnswerError, HocVuSoError, SandboxError, SetupError, SubmissionError
from hocvuso.exchange.answers import AnswerStore, merge
from hocvuso.exchange.collect import hash_submission
from hocvuso.grading.code import CodeScore, run_code, score_code, solutions_in, unscored
from hocvuso.grading.code_runner import CodeRunner
from hocvuso.grading.sheet import Sheet
from hocvuso.kernels.sandbox import probe
from hocvuso.language import N_
from hocvuso.lessons.editions import lesson_of, read_ledger
from hocvuso.lessons.master import Master, read_master
from hocvuso.questions import AnswerBook, Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from hocvuso.exchange.collect import Taken
    from hocvuso.grading.sheet import Piece
    from hocvuso.lessons.editions import Ledger
    from hocvuso.places import Places

State: TypeAlias = Literal["graded", "partly", "refused"]
_TRIES = 2  # of running code when the failure is ours: somebody may have ended the box from outside
log = logging.getLogger("hocvuso.grading")
T = TypeVar("T")
MOST_NAMED = 5  # of the ids that a reason names


@dataclass(frozen=True)
class Assessment:
    """What a submission is worth. A refused one has a reason and no scores."""

    taken: Taken
    state: State
    reasons: tuple[HocVuSoError, ...] = ()
    master: Master | None = None
    book: AnswerBook | None = None
    pieces: Mapping[str, Piece] = field(default_factory=dict)
    code: tuple[CodeScore, ...] = ()
    solutions: Mapping[str, str] = field(default_factory=dict)
    sheet: Sheet | None = None
    damaged: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()  # ids without a question, some of them
    submission_hash: str = ""  # one hash over all files that were handed in

    @property
    def learner(self) -> str | None:
        """Whose it is; None when nobody signed for it."""
        return self.taken.waiting.learner

    @property
    def edition(self) -> str:
        """The edition that it answers."""
        return self.taken.waiting.edition

    @property
    def lesson(self) -> str:
        """The lesson of that edition."""
        return lesson_of(self.edition)

    @property
    def marks(self) -> dict[str, Mark]:
        """The mark of every question."""
        return {name: piece.mark for name, piece in self.pieces.items()}

    @cached_property
    def scores(self) -> dict[str, float | None]:
        """The score of every graded cell; None where a person must grade."""
        questions = {
            name: None if piece.mark.state == "ungraded" else float(piece.mark.points)
            for name, piece in self.pieces.items()
        }
        return questions | {part.cell.id: part.score for part in self.code}

    @cached_property
    def points(self) -> float:
        """The points of all that is graded."""
        return sum(score or 0.0 for score in self.scores.values())

    @property
    def out_of(self) -> int:
        """All points of the edition."""
        return self.master.points if self.master else 0

    @property
    def reason(self) -> str | None:
        """The reasons as sentences in Vietnamese, the language of the log."""
        return " ".join(reason.tell("vi") for reason in self.reasons) or None

    def stored(self) -> dict[str, Any]:
        """What was answered, as JSON: by another key it is scored anew without opening the submission."""
        answers = self.book.answers if self.book else {}
        kept: dict[str, Any] = {
            "values": {name: answers[name].answer for name in self.pieces if name in answers},
            "damaged": [name for name in self.damaged if name in self.pieces],
            "unknown": list(self.unknown),
            "solutions": dict(self.solutions),
            "code": {part.cell.id: {"source": part.source, "record": part.record} for part in self.code},
        }
        return {name: value for name, value in kept.items() if value}


class Assessor:
    """Assesses the submissions of one course. Safe to use from several threads.

    ``unprotected``: run code without a box where there is none.
    """

    def __init__(self, places: Places, *, unprotected: bool = False) -> None:
        self._places = places
        self._code = CodeScorer(places.var / "grader" / "plans", unprotected=unprotected)
        self._ledger: Kept[Ledger] = Kept(read_ledger)
        self._sheets: dict[str, Kept[Sheet]] = {}
        self._released: dict[str, bool] = {}
        self._current: dict[str, Sheet] = {}

    def refresh(self) -> None:
        """Look whether the course has changed: a lesson was released, or a key corrected."""
        self._released.clear()
        self._current.clear()

    def is_released(self, edition: str) -> bool:
        """Whether learners may hand in ``edition``; as it was at the last `refresh`."""
        known = self._released.get(edition)
        if known is None:
            entry = self._ledger.get(self._places.editions).find(edition)
            known = self._released[edition] = entry is not None and entry.released is not None
        return known

    def runs_code(self, edition: str) -> bool:
        """Whether submissions to ``edition`` take seconds, for there is code to run."""
        try:
            return bool(self.sheet(edition).master.tests)
        except HocVuSoError:
            return False

    def sheet(self, edition: str) -> Sheet:
        """The master of a released edition, ready to score answers; SubmissionError for another one."""
        current = self._current.get(edition)
        if current is None:
            if not self.is_released(edition):
                raise SubmissionError(
                    N_("Bài {edition} không có hoặc chưa được phát hành."), edition=edition or "?"
                )
            kept = self._sheets.setdefault(edition, Kept(lambda path: Sheet(read_master(path))))
            current = kept.get(self._places.source / edition / f"{edition}.ipynb")
            self._current[edition] = current
        return current

    def assess(self, taken: Taken) -> Assessment:
        """The scores of a submission, or the reason why it has none."""
        found = self.read(taken)
        if found.master is None or not found.master.tests:
            return found
        return with_code(found, *self._code.score(found.master, found.solutions))

    def read(self, taken: Taken) -> Assessment:
        """All of an assessment but the run of its code: `with_code` adds that, from this machine or from another."""
        handed_in = hash_submission(taken.files)
        try:
            if taken.fault:
                return Assessment(taken, "refused", (taken.fault,), submission_hash=handed_in)
            return self._read(taken, self.sheet(taken.waiting.edition), handed_in)
        except (SubmissionError, AnswerError) as error:
            return Assessment(taken, "refused", (error,), submission_hash=handed_in)

    def _read(self, taken: Taken, sheet: Sheet, handed_in: str) -> Assessment:
        book, damaged = self._answers(taken)
        values = {name: record.answer for name, record in book.answers.items()}
        known = {one.id for one in sheet.master.questions} | {one.id for one in sheet.master.solutions}
        unknown = sorted((set(values) | set(damaged)) - known)[:MOST_NAMED]
        found = _scored(taken, sheet, values, damaged, tuple(unknown), handed_in)
        solutions = solutions_in(_notebook(taken, sheet.master), sheet.master) if sheet.master.tests else {}
        return replace(found, book=book, solutions=solutions)

    def read_stored(self, taken: Taken, stored: Mapping[str, Any], handed_in: str) -> Assessment:
        """As `read`, from what `Assessment.stored` gave; ``handed_in`` is the submission's hash."""
        sheet = self.sheet(taken.waiting.edition)
        ids = {name: tuple(stored.get(name, ())) for name in ("damaged", "unknown")}
        found = _scored(taken, sheet, stored.get("values", {}), ids["damaged"], ids["unknown"], handed_in)
        return replace(found, solutions=stored.get("solutions", {}))

    def rerun(self, found: Assessment, notebook: bytes) -> Assessment:
        """``found`` with the scores of the code in a handed-in ``notebook``, which is run again."""
        assert found.master is not None  # noqa: S101  (what has code has a master)
        written = solutions_in(notebook, found.master)
        return with_code(replace(found, solutions=written), *self._code.score(found.master, written))

    def replay(self, found: Assessment, stored: Mapping[str, Any]) -> Assessment | None:
        """``found`` with the scores of its code by what it answered before; None when the tests ask for more."""
        assert found.master is not None  # noqa: S101  (what has code has a master)
        code = self._code.replay(found.master, found.solutions, stored.get("code", {}))
        return None if code is None else with_code(found, code, None)

    def close(self) -> None:
        """End what runs code."""
        self._code.close()

    def _answers(self, taken: Taken) -> tuple[AnswerBook, tuple[str, ...]]:
        """The answers to grade, and the ids of those that can't be read. No file is no answers."""
        waiting = taken.waiting
        book = AnswerBook(lesson=lesson_of(waiting.edition), edition=waiting.edition)
        damaged: tuple[str, ...] = ()
        if "answers.json" in taken.files:
            book, damaged = AnswerBook.salvage_from(taken.files["answers.json"], "answers.json")
        if book.edition not in {"", waiting.edition}:
            raise SubmissionError(N_("Tệp câu trả lời trong bài nộp là của bài khác: hãy nộp đúng tệp."))
        if waiting.via == "jupyterlab" and waiting.learner is not None:
            handed_in = _when(taken)
            store = AnswerStore(self._places.answers, clock=lambda: handed_in)
            book = merge(store.read(waiting.learner, waiting.edition), book, handed_in)
        return book, damaged


def _scored(  # noqa: PLR0913, PLR0917  (all that an assessment of answers rests on)
    taken: Taken,
    sheet: Sheet,
    values: Mapping[str, Any],
    damaged: tuple[str, ...],
    unknown: tuple[str, ...],
    handed_in: str,
) -> Assessment:
    left_out = SubmissionError(
        N_("Đã bỏ qua câu trả lời cho câu không có trong bài: {ids}."), ids=", ".join(unknown)
    )
    pieces = sheet.pieces(values, damaged)
    return Assessment(
        taken,
        "partly" if any(piece.mark.state == "ungraded" for piece in pieces.values()) else "graded",
        (left_out,) if unknown else (),
        sheet.master,
        pieces=pieces,
        sheet=sheet,
        damaged=damaged,
        unknown=unknown,
        submission_hash=handed_in,
    )


def _notebook(taken: Taken, master: Master) -> bytes:
    name = f"{master.edition}.ipynb"
    if name not in taken.files:
        raise SubmissionError(N_("Bài nộp không có sổ tay {name}."), name=name)
    return taken.files[name]


def with_code(found: Assessment, code: Sequence[CodeScore], fault: SandboxError | None) -> Assessment:
    """``found`` with the scores of its code; ``fault``: why it could not be run."""
    reasons = (*found.reasons, *([fault] if fault else ()))
    return replace(found, state="partly" if fault else found.state, reasons=reasons, code=tuple(code))


class CodeScorer:
    """Runs and scores learners' code on this machine. Safe to use from several threads.

    ``unprotected``: without a box where there is none.
    """

    def __init__(self, folder: Path | None = None, *, unprotected: bool = False) -> None:
        self._folder = folder
        self._unprotected = unprotected
        self._box = threading.Lock()
        self._fault: SandboxError | None = None
        self._tried = False
        self._bare = False
        self._runner: CodeRunner | None = None

    @property
    def fault(self) -> SandboxError | None:
        """Why this machine has no working box; None when it has one, or needs none. Tried once."""
        with self._box:
            if not self._tried:
                self._tried = True
                try:
                    probe()
                except SandboxError as error:
                    self._bare = self._unprotected
                    self._fault = None if self._bare else error
        return self._fault

    def close(self) -> None:
        """End what runs code."""
        with self._box:
            runner, self._runner = self._runner, None
        if runner is not None:
            runner.close()

    def score(
        self, master: Master, solutions: Mapping[str, str]
    ) -> tuple[list[CodeScore], SandboxError | None]:
        """The code's scores; without a working box no code is run, and the reason comes along."""
        fault = self.fault
        if fault is None:
            for _ in range(_TRIES):
                outcome = run_code(master, solutions, self._started())
                if outcome.state != "broken":
                    return score_code(master, solutions, outcome), None
                log.error("code could not be run: %s", _without_words(outcome.detail))
            fault = SandboxError(N_("Phần mã lệnh chưa chạy được do lỗi của máy chủ; giảng viên sẽ chấm."))
        return unscored(master, solutions), fault

    def replay(
        self, master: Master, solutions: Mapping[str, str], kept: Mapping[str, Any]
    ) -> list[CodeScore] | None:
        """The code's scores by what it answered before, without running it; None when that doesn't decide them."""
        records = {name: part["record"] for name, part in kept.items()}
        if any(records.get(cell.id) is None for cell in master.tests) or self.fault is not None:
            return None
        outcome = self._started().replay(master.code_cells, records)
        if outcome.state != "ok" or any(run.unknown for run in outcome.cells):
            return None
        scores = score_code(master, dict(solutions), outcome)
        return [
            replace(part, source=kept[part.cell.id]["source"], record=records[part.cell.id])
            for part in scores
        ]

    def _started(self) -> CodeRunner:
        """What runs code: started when a lesson with code is met, and not before."""
        with self._box:
            if self._runner is None:
                self._runner = CodeRunner(self._folder, unprotected=self._bare)
            return self._runner


def _without_words(detail: str) -> str:
    """Of a traceback the places and the kind of error: its words may hold what somebody wrote."""
    lines = [line for line in detail.splitlines() if line.startswith('  File "') or not line.startswith(" ")]
    return "\n".join(line if line.startswith(" ") else line.partition(":")[0][:80] for line in lines)


class Kept(Generic[T]):
    """What was read from a file, until the file is another one."""

    def __init__(self, read: Callable[[Path], T]) -> None:
        self._read = read
        self._found: tuple[tuple[int, int, int] | None, T] | None = None

    def get(self, path: Path) -> T:
        """What ``path`` holds now."""
        try:
            status = path.stat()
            stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
        except FileNotFoundError:
            stamp = None
        found = self._found
        if found is None or found[0] != stamp:
            self._found = found = (stamp, self._read(path))
        return found[1]


def check_cells(master: Master, in_gradebook: set[str]) -> None:
    """SetupError when the gradebook holds other graded cells than the master: built, but not released."""
    ours = {q.id for q in master.questions} | {cell.id for cell in master.tests}
    if ours != in_gradebook:
        raise SetupError(
            N_("Bài {edition} đã dựng lại mà chưa phát hành: hãy chạy hocvuso release."),
            edition=master.edition,
        )


def _when(taken: Taken) -> datetime:
    handed_in = taken.waiting.handed_in
    assert handed_in is not None  # noqa: S101  (`take_in` sets it for everything that has a learner)
    return handed_in
