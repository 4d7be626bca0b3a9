"""Answers to questions on code: on the site texts, in a notebook its solution cells. One thing in two places.

A notebook here may be anyone's: what can't be read in it is left as it is.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hocvuso.errors import AnswerError, SubmissionError
from hocvuso.language import nfc
from hocvuso.lessons.handed_in import read_handed_in
from hocvuso.questions.answers import AnswerRecord
from hocvuso.questions.code.model import MOST
from hocvuso.questions.registry import check_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST = 4 * MOST
MAX_NOTEBOOK = 4 * 1024 * 1024


class Typed(BaseModel):
    """What stands in a solution cell of a working copy, and when its notebook was saved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Field(max_length=LONGEST)]
    edited: AwareDatetime


def code_in(notebook: bytes) -> dict[str, str]:
    """What stands in the solution cells of a notebook, by id; nothing where it is no notebook."""
    try:
        cells = read_handed_in(notebook)
    except SubmissionError:
        return {}
    return {cell.grade_id: nfc(cell.source) for cell in cells if cell.role == "solution" and cell.grade_id}


def typed_in(notebook: bytes, saved: datetime) -> dict[str, Typed]:
    """The same, as a working copy tells it to the site; what is longer than any answer stays where it is."""
    return {
        name: Typed(text=text, edited=saved)
        for name, text in code_in(notebook).items()
        if len(text) <= LONGEST
    }


def with_code(notebook: bytes, texts: Mapping[str, str]) -> bytes:
    """The notebook with ``texts`` in the solution cells of those ids; the same bytes where nothing changes."""
    before = code_in(notebook)
    wanted = {name: text for name, text in texts.items() if name in before and before[name] != text}
    if not wanted:
        return notebook
    try:
        book: dict[str, Any] = json.loads(notebook, strict=False)
    except ValueError:  # a number of thousands of digits
        return notebook
    for cell in book.get("cells", ()):
        name = _solution(cell)
        if name in wanted:
            cell["source"] = wanted[name]
            cell["outputs"], cell["execution_count"] = [], None
    return (json.dumps(book, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def usable(typed: Mapping[str, Typed], questions: Iterable[Mapping[str, Any]]) -> dict[str, Typed]:
    """Those that can be answers; another one stands in the notebook alone, where it is graded all the same."""
    found = {}
    for asked in questions:
        if asked["type"] == "code" and asked["id"] in typed:
            with suppress(AnswerError):
                check_answer(asked, typed[asked["id"]].text)
                found[str(asked["id"])] = typed[asked["id"]]
    return found


def edits(
    typed: Mapping[str, Typed],
    questions: Iterable[Mapping[str, Any]],
    copy: Mapping[str, AnswerRecord],
    seen: Mapping[str, int],
) -> dict[str, AnswerRecord]:
    """Those cells of a working copy that were edited since it and the site were the same, as answers.

    ``copy``: the answers of the copy, as they were brought together last; without one a cell held its first text.
    """
    found = {}
    for asked in questions:
        name, record = str(asked["id"]), copy.get(str(asked["id"]))
        if asked["type"] != "code" or name not in typed:
            continue
        before = asked["start"] if record is None or record.answer is None else record.answer
        text = typed[name].text
        if text != before:
            revision = max(seen.get(name, 0), record.revision if record else 0) + 1
            answer = None if text == asked["start"] else text
            found[name] = AnswerRecord(answer=answer, revision=revision, edited=typed[name].edited)
    return found


def texts_of(answers: Mapping[str, AnswerRecord], questions: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What belongs into the solution cells: of every question on code that was answered, or taken back."""
    return {
        asked["id"]: asked["start"] if answers[asked["id"]].answer is None else answers[asked["id"]].answer
        for asked in questions
        if asked["type"] == "code" and asked["id"] in answers
    }


def _solution(cell: Any) -> str:
    metadata = cell.get("metadata", {}) if isinstance(cell, dict) else {}
    ours = metadata.get("hocvuso", {}) if isinstance(metadata, dict) else {}
    theirs = metadata.get("nbgrader", {}) if isinstance(metadata, dict) else {}
    if not isinstance(ours, dict) or not isinstance(theirs, dict) or ours.get("role") != "solution":
        return ""
    return str(theirs.get("grade_id", ""))
