"""The lessons in notebooks/ keep the content rules of docs/authors.md, and that page tells the truth."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from hocvuso.lessons.question_cell import read_question
from hocvuso.lessons.read import Lesson, read_lesson
from hocvuso.questions import Choice, Classify, MultipleChoice, Question, SimulatedScreen, TableCleaning

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "notebooks" / "lessons").glob("*/*.md"))
AUTHORS = (ROOT / "docs" / "authors.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def lessons() -> list[Lesson]:
    assert FILES
    return [read_lesson(path) for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_lesson_is_one_sitting_with_more_doing_than_recognising(path: Path) -> None:
    """5 to 8 graded items, 8 to 12 points, 5 to 15 minutes; at most half of the items are plain choices."""
    lesson = read_lesson(path)
    tests = sum(cell.role == "test" for cell in lesson.cells)
    doing = tests + sum(not isinstance(question, Choice) for question in lesson.questions)
    assert 5 <= tests + len(lesson.questions) <= 8
    assert 8 <= lesson.points <= 12
    assert 5 <= lesson.front.minutes <= 15
    assert len({question.type for question in lesson.questions}) >= 3
    assert 2 * doing >= tests + len(lesson.questions)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_lesson_file_is_composed_text_without_anyones_number(path: Path) -> None:
    """A lesson is NFC, holds no citizen or telephone number, and no catch-all option."""
    text = path.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert not re.findall(r"\b\d{9,12}\b", text)
    assert "tất cả các đáp án" not in text.casefold()


def test_the_right_option_does_not_give_itself_away(lessons: list[Lesson]) -> None:
    """The right option is the longest no more often than chance would have it; no letter is favoured."""
    choices = [q for lesson in lessons for q in lesson.questions if isinstance(q, Choice)]
    longest = [len(q.options[q.key]) == max(map(len, q.options.values())) for q in choices]
    letters = Counter(q.key for q in choices)
    assert sum(longest) <= sum(1 / len(q.options) for q in choices)
    assert max(letters.values()) <= len(choices) / 2


def test_ticking_everything_does_not_pay(lessons: list[Lesson]) -> None:
    """In no question with several right options does ticking all of them earn a point."""
    marked = [q for lesson in lessons for q in lesson.questions if isinstance(q, MultipleChoice)]
    assert marked
    assert [q.id for q in marked if q.score(list(q.options)).points] == []


def test_every_explanation_says_more_than_the_key(lessons: list[Lesson]) -> None:
    """An explanation has at least two statements, and is longer than the key that it explains."""
    for question in (question for lesson in lessons for question in lesson.questions):
        assert len(re.findall(r"[.?!;](?:\s|”|$)", question.why)) >= 2, question.id
        if not isinstance(question, Classify | SimulatedScreen | TableCleaning):  # their keys are lists
            assert len(question.why) > len(question.show_key()), question.id


def test_the_examples_for_authors_are_questions_that_build() -> None:
    """Each question type has an example in docs/authors.md, and each example is accepted."""
    examples = re.findall(
        r"^```(?:python|\{code-cell\} ipython3\n:tags: \[question\]\n)\n(.*?)^```$",
        AUTHORS,
        re.DOTALL | re.MULTILINE,
    )
    found = [read_question(example) for example in examples if "points=" in example]
    assert all(isinstance(question, Question) for question in found)
    assert {type(question).__name__ for question in found} == {
        "Choice",
        "MultipleChoice",
        "Classify",
        "ShortText",
        "Number",
        "SimulatedScreen",
        "TableCleaning",
    }


def test_the_codes_for_authors_are_the_codes_of_the_build() -> None:
    """Every code in the table of docs/authors.md is one that the lessons room can give."""
    table = AUTHORS.split("| Code | Mend it so |")[1].split("\n\n")[0]
    told = {
        code for row in table.splitlines()[2:] for code in re.findall(r"`([a-z0-9-]+)`", row.split("|")[1])
    }
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "src/hocvuso/lessons").glob("*.py")
    )
    assert len(told) > 20
    assert [code for code in sorted(told) if f'"{code}"' not in sources] == []
