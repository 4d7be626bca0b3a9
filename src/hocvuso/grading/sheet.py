"""The answer sheet of one master: marks, and the texts that follow from them, each made once.

A class gives the same answers over and over. What an answer is worth, and how result, feedback page and graded
notebook show it, depends on nothing but question and answer; so it is kept by both, in a bounded store.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hocvuso.grading.autograded import NotebookForm, question_output
from hocvuso.grading.feedback import section_of
from hocvuso.grading.result import QuestionResult, Sentence, Wording, question_text
from hocvuso.grading.rule import score_question
from hocvuso.language import N_
from hocvuso.questions import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hocvuso.lessons.master import Master
    from hocvuso.questions import Question

MOST_KEPT = 4096  # answers; a few kilobytes each
LONGEST_KEPT = 1000  # characters; a long text is hardly ever written twice
_DAMAGED_ANSWER = N_("Câu trả lời này bị hỏng trong tệp đã nộp nên không đọc được.")


@dataclass(frozen=True)
class Piece:
    """One question with one answer: its mark, and how it is shown."""

    question: Question
    mark: Mark
    your: str | None
    said: Mapping[str, Wording] = field(default_factory=dict)  # in other languages

    @cached_property
    def result(self) -> QuestionResult:
        """Its part of the result record."""
        question = self.question
        return QuestionResult(
            id=question.id,
            kind="question",
            prompt=question.prompt,
            points=self.mark.points,
            out_of=self.mark.out_of,
            state=self.mark.state,
            your=self.your,
            key=question.show_key(),
            why=question.why,
            notes=tuple(Sentence(message=note) for note in self.mark.notes),
            said=dict(self.said),
        )

    @cached_property
    def text(self) -> bytes:
        """`result` as it stands in the record's file."""
        return question_text(self.result).encode("utf-8")

    @cached_property
    def section(self) -> bytes:
        """Its part of the feedback page."""
        return section_of(self.result).encode("utf-8")

    @cached_property
    def output(self) -> list[dict[str, Any]]:
        """What the graded notebook shows below its cell."""
        return question_output(self.question, self.mark, self.your)

    @cached_property
    def output_text(self) -> bytes:
        """`output` as it stands in the notebook's file."""
        return NotebookForm.value(self.output)


class Sheet:
    """A master, ready to score answers. Safe to use from several threads: at worst something is made twice."""

    def __init__(self, master: Master) -> None:
        self.master = master
        self.form = NotebookForm(master)
        self._questions = {question.id: question for question in master.questions}
        self._told = {q.id: {lang: q.told(lang) for lang in q.translations} for q in master.questions}
        self._kept: dict[tuple[str, str], Piece] = {}

    def pieces(self, values: Mapping[str, Any], damaged: tuple[str, ...] = ()) -> dict[str, Piece]:
        """Every question of the master with its answer in ``values``; ``damaged`` ones could not be read."""
        return {
            name: self._damaged(question)
            if name in damaged and name not in values
            else self._piece(question, values.get(name))
            for name, question in self._questions.items()
        }

    def _piece(self, question: Question, value: Any) -> Piece:
        # as text 1, 1.0, "1" and true are as different as their marks may be
        written = json.dumps(value, ensure_ascii=False)
        if len(written) > LONGEST_KEPT:
            return self._made(question, value)
        piece = self._kept.get((question.id, written))
        if piece is None:
            piece = self._made(question, value)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[question.id, written] = piece
        return piece

    def _made(self, question: Question, value: Any) -> Piece:
        your = question.show_answer(value) or None
        return Piece(question, score_question(question, value), your, self._said(question, value))

    def _damaged(self, question: Question) -> Piece:
        mark = Mark(0, question.points, "malformed", (_DAMAGED_ANSWER,))
        return Piece(question, mark, None, self._said(question, None))

    def _said(self, question: Question, value: Any) -> dict[str, Wording]:
        return {
            lang: Wording(
                prompt=told.prompt, your=told.show_answer(value) or None, key=told.show_key(), why=told.why
            )
            for lang, told in self._told[question.id].items()
        }
