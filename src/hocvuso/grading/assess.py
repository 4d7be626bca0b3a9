"""From a submission to its scores, without writing anything.

What is graded is the master edition with the learner's answers by id. A damaged submission becomes a refused
assessment with a reason; it never raises.
"""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from hocvuso.errors import AnswerError, HocVuSoError, SandboxError, SetupError, SubmissionError
from hocvuso.exchange.answers import AnswerStore, merge
from hocvuso.exchange.collect import hash_submission
from hocvuso.grading.code import CodeScore, run_code, score_code, solutions_in, unscored
from hocvuso.grading.rule import score_question
from hocvuso.kernels.sandbox import probe
from hocvuso.language import N_
from hocvuso.lessons.editions import lesson_of, read_ledger
from hocvuso.lessons.master import Master, read_master
from hocvuso.questions import AnswerBook, Mark

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hocvuso.exchange.collect import Taken
    from hocvuso.places import Places

State: TypeAlias = Literal["graded", "partly", "refused"]

_DAMAGED_ANSWER = N_("Câu trả lời này bị hỏng trong tệp đã nộp nên không đọc được.")


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a submission is worth. A refused one has a reason and no scores."""

    taken: Taken
    state: State
    reasons: tuple[HocVuSoError, ...] = ()
    master: Master | None = None
    book: AnswerBook | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)
    code: tuple[CodeScore, ...] = ()
    solutions: Mapping[str, str] = field(default_factory=dict)

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
    def scores(self) -> dict[str, float | None]:
        """The score of every graded cell; None where a person must grade."""
        questions: dict[str, float | None] = {name: float(mark.points) for name, mark in self.marks.items()}
        return questions | {part.cell.id: part.score for part in self.code}

    @property
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

    @property
    def submission_hash(self) -> str:
        """One hash over all files that were handed in."""
        return hash_submission(self.taken.files)


class Assessor:
    """Assesses the submissions of one course. Safe to use from several threads."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._ledger = read_ledger(places.editions)
        self._masters: dict[str, Master] = {}
        self._box = threading.Lock()
        self._box_fault: SandboxError | None = None
        self._box_tried = False

    def is_released(self, edition: str) -> bool:
        """Whether learners may hand in ``edition``."""
        entry = self._ledger.find(edition)
        return entry is not None and entry.released is not None

    def assess(self, taken: Taken) -> Assessment:
        """The scores of a submission, or the reason why it has none."""
        try:
            if taken.fault:
                return Assessment(taken, "refused", (taken.fault,))
            master = self._master(taken)
            return self._score(taken, master)
        except (SubmissionError, AnswerError) as error:
            return Assessment(taken, "refused", (error,))

    def _master(self, taken: Taken) -> Master:
        edition = taken.waiting.edition
        if not self.is_released(edition):
            raise SubmissionError(
                N_("Bài {edition} không có hoặc chưa được phát hành."), edition=edition or "?"
            )
        if edition not in self._masters:
            self._masters[edition] = read_master(self._places.source / edition / f"{edition}.ipynb")
        return self._masters[edition]

    def _score(self, taken: Taken, master: Master) -> Assessment:
        book, damaged = self._answers(taken)
        marks = {q.id: score_question(q, book.value(q.id)) for q in master.questions}
        for name in set(damaged) & set(marks) - set(book.answers):
            marks[name] = Mark(0, marks[name].out_of, "malformed", (_DAMAGED_ANSWER,))
        reasons: list[HocVuSoError] = []
        if unknown := sorted((set(book.answers) | set(damaged)) - set(marks)):
            shown = ", ".join(unknown[:5])
            reasons.append(
                SubmissionError(N_("Đã bỏ qua câu trả lời cho câu không có trong bài: {ids}."), ids=shown)
            )
        code: list[CodeScore] = []
        solutions: dict[str, str] = {}
        fault = None
        if master.tests:
            solutions = solutions_in(self._notebook(taken, master), master)
            code, fault = self._run(master, solutions)
        return Assessment(
            taken,
            "partly" if fault else "graded",
            (*reasons, *([fault] if fault else ())),
            master,
            book,
            marks,
            tuple(code),
            solutions,
        )

    def _answers(self, taken: Taken) -> tuple[AnswerBook, tuple[str, ...]]:
        """The answers to grade, and the ids of those that can't be read. No file is no answers."""
        waiting = taken.waiting
        book = AnswerBook(lesson=lesson_of(waiting.edition), edition=waiting.edition)
        damaged: tuple[str, ...] = ()
        if "answers.json" in taken.files:
            book, damaged = _salvage(taken.files["answers.json"])
        if book.edition not in {"", waiting.edition}:
            raise SubmissionError(N_("Tệp câu trả lời trong bài nộp là của bài khác: hãy nộp đúng tệp."))
        if waiting.via == "jupyterlab" and waiting.learner is not None:
            handed_in = _when(taken)
            store = AnswerStore(self._places.answers, clock=lambda: handed_in)
            book = merge(store.read(waiting.learner, waiting.edition), book, handed_in)
        return book, damaged

    def _notebook(self, taken: Taken, master: Master) -> bytes:
        name = f"{master.edition}.ipynb"
        if name not in taken.files:
            raise SubmissionError(N_("Bài nộp không có sổ tay {name}."), name=name)
        return taken.files[name]

    def _run(
        self, master: Master, solutions: Mapping[str, str]
    ) -> tuple[list[CodeScore], SandboxError | None]:
        """The code's scores; without a working box no code is run, and the reason comes along."""
        fault = self._without_box()
        if fault is None:
            outcome = run_code(master, solutions)
            if outcome.state != "broken":
                return score_code(master, solutions, outcome), None
            fault = SandboxError(N_("Phần mã lệnh chưa chạy được do lỗi của máy chủ; giảng viên sẽ chấm."))
        return unscored(master, solutions), fault

    def _without_box(self) -> SandboxError | None:
        with self._box:
            if not self._box_tried:
                self._box_tried = True
                try:
                    probe()
                except SandboxError as error:
                    self._box_fault = error
        return self._box_fault


def check_cells(master: Master, in_gradebook: set[str]) -> None:
    """SetupError when the gradebook holds other graded cells than the master: built, but not released."""
    ours = {q.id for q in master.questions} | {cell.id for cell in master.tests}
    if ours != in_gradebook:
        raise SetupError(
            N_("Bài {edition} đã dựng lại mà chưa phát hành: hãy chạy hocvuso release."),
            edition=master.edition,
        )


def _salvage(data: bytes) -> tuple[AnswerBook, tuple[str, ...]]:
    with tempfile.TemporaryDirectory(prefix="hocvuso-") as folder:
        path = Path(folder) / "answers.json"
        path.write_bytes(data)
        return AnswerBook.salvage(path)


def _when(taken: Taken) -> datetime:
    handed_in = taken.waiting.handed_in
    assert handed_in is not None  # noqa: S101  (`take_in` sets it for everything that has a learner)
    return handed_in
