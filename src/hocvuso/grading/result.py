"""The result record: what the site shows a learner of a graded or refused submission. No hidden test, no HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from hocvuso.language import get_language
from hocvuso.places import folder_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hocvuso.places import Places


class Sentence(BaseModel):
    """A message of the catalogue and what fills it: the record knows no language, whoever shows it does.

    Without fields it may also be an author's own sentence, which is shown as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: str
    fields: dict[str, str] = {}

    @classmethod
    def of(cls, message: str, fields: Mapping[str, object] | None = None) -> Sentence:
        """The sentence with its fields as text."""
        return cls(message=message, fields={name: str(value) for name, value in (fields or {}).items()})

    def tell(self, lang: str) -> str:
        """The sentence in ``lang``."""
        return get_language(lang)(self.message, **self.fields)


class Wording(BaseModel):
    """What a result says of a question in one language, as plain text: whoever shows it escapes.

    A code part without a ``prompt`` is named by its id.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = ""
    your: str | None = None
    key: str | None = None
    why: str | None = None


class QuestionResult(Wording):
    """One question's part of a result, in Vietnamese, and in the languages that the question is translated into."""

    id: str
    kind: Literal["question", "code"]
    points: int
    out_of: int
    state: Literal["right", "partial", "wrong", "empty", "malformed", "ungraded"]
    notes: tuple[Sentence, ...] = ()
    said: dict[str, Wording] = {}

    def told(self, lang: str) -> Wording:
        """What it says in ``lang``; in Vietnamese where there is no translation."""
        return self.said.get(lang, self)


class Evidence(BaseModel):
    """What the score rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: str
    master: str
    submission: str
    receipt: str | None


class Result(BaseModel):
    """The result of one submission. A refused one has reasons and no questions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    learner: str
    lesson: str
    edition: str
    submission: str
    state: Literal["graded", "partly", "refused"]
    reasons: tuple[Sentence, ...] = ()
    points: int
    out_of: int
    handed_in: AwareDatetime
    graded: AwareDatetime
    via: Literal["page", "jupyterlab"]
    questions: tuple[QuestionResult, ...] = ()
    evidence: Evidence


def result_path(places: Places, learner: str, edition: str) -> Path:
    """Where the result of a learner's latest submission to an edition lies."""
    return places.results / folder_of(learner) / f"{edition}.json"


def question_text(result: QuestionResult) -> str:
    """A question's part as it stands in the record's file."""
    return result.model_dump_json(indent=1).replace("\n", "\n  ")


def result_bytes(result: Result, questions: Iterable[bytes] = ()) -> bytes:
    """The record's file; ``questions`` are the parts of a ``result`` that was made without them."""
    text = (result.model_dump_json(indent=1) + "\n").encode("utf-8")
    if parts := b",\n  ".join(questions):
        # inside a value a line break is written as \\n, so this can only be the field itself
        before, _, after = text.partition(_NO_QUESTIONS)
        text = b"".join((before, b'\n "questions": [\n  ', parts, b"\n ],\n", after))
    return text


_NO_QUESTIONS = b'\n "questions": [],\n'
