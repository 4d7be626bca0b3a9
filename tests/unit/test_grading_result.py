"""A result record is said in the reader's language."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from hocvuso.errors import SubmissionError
from hocvuso.grading.feedback import feedback_page
from hocvuso.grading.result import Evidence, QuestionResult, Result, Sentence, question_text
from hocvuso.grading.sheet import Sheet
from hocvuso.lessons.master import Master
from hocvuso.questions import Choice

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


def test_a_result_says_each_question_in_the_readers_language():
    """As far as it is translated, else in Vietnamese: in the page, and in a record that is read back."""
    asked = Choice("q", "Hỏi?", options={"a": "Một", "b": "Hai"}, key="a", why="Vì thế.")
    known = asked.translated({"en": {"Hỏi?": "What?", "Một": "One", "Hai": "Two", "Vì thế.": "So."}})
    for question, words in (
        (known, ["What?", "Two", "One", "So."]),
        (asked, ["Hỏi?", "Hai", "Một", "Vì thế."]),
    ):
        sheet = Sheet(Master("t01-01", "t01-01", (question,), (), "0" * 64, {"cells": []}))
        part = sheet.pieces({"q": "b"})["q"].result
        assert (part.points, part.state) == (0, "wrong")
        assert part.your == "Hai"
        read = QuestionResult.model_validate_json(question_text(part))
        told = read.told("en")
        assert [told.prompt, told.your, told.key, told.why] == words
        page = feedback_page(result(state="graded", questions=(read,)), "en")
        assert all(word in page for word in words)
