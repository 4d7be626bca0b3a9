"""A result record is said in the reader's language."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from hocvuso.errors import SubmissionError
from hocvuso.grading.feedback import feedback_page
from hocvuso.grading.result import Evidence, QuestionResult, Result, Sentence

NO_NOTEBOOK = "Bài nộp không có sổ tay {name}."
EIGHT = datetime(2026, 11, 21, 8, tzinfo=UTC)


def result(**changes: object) -> Result:
    values = {
        "learner": "an", "lesson": "t18-02", "edition": "t18-02", "submission": "x", "state": "graded", "points": 1,
        "out_of": 2, "handed_in": EIGHT, "graded": EIGHT, "via": "jupyterlab",
        "evidence": Evidence(engine="0", master="", submission="", receipt="r"),
    }  # fmt: skip
    return Result.model_validate(values | changes)


def test_a_sentence_is_said_in_either_language():
    """The record keeps message and fields, whatever their type was; the language comes last."""
    error = SubmissionError(NO_NOTEBOOK, name=7)
    sentence = Sentence.model_validate_json(Sentence.of(error.message, error.fields).model_dump_json())
    assert sentence.tell("vi") == "Bài nộp không có sổ tay 7."
    assert sentence.tell("en") == "The submission has no notebook 7."


def test_an_author_s_own_sentence_is_said_as_it_is():
    """An assertion's message may hold braces and is no message of ours."""
    assert Sentence(message="Bảng cần cột {ma}.").tell("en") == "Bảng cần cột {ma}."


def test_a_sentence_with_other_things_in_it_is_refused():
    """What is not a message with fields is no record of ours."""
    with pytest.raises(ValidationError):
        Sentence.model_validate({"message": "Sai", "html": "<b>"})


@pytest.mark.parametrize("state", ["graded", "partly", "refused"])
def test_the_feedback_page_is_in_one_language(state):
    """No word of Vietnamese stands in the English page of a record without an author's text."""
    stderr = "Mã lệnh in ra luồng báo lỗi (stderr) nên phần kiểm tra này không tính điểm."
    part = QuestionResult(
        id="loc-don", kind="code", points=0, out_of=1, state="wrong", your="x", key="y", why="z",
        notes=(Sentence(message=stderr),),
    )  # fmt: skip
    reasons = (Sentence.of(NO_NOTEBOOK, {"name": "t18-02.ipynb"}),)
    record = result(state=state, reasons=reasons, questions=() if state == "refused" else (part,))
    assert re.findall(r"[^<>]*[À-ỹ][^<>]*", feedback_page(record, "en")) == []
    assert ("has no notebook t18-02.ipynb" in feedback_page(record, "en")) == (state != "partly")
    assert ("sổ tay t18-02.ipynb" in feedback_page(record)) == (state != "partly")
    assert ("chờ giảng viên chấm" in feedback_page(record)) == (state == "partly")
