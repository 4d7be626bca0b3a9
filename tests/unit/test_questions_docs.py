"""docs/questions.md is run: its examples are questions, its sections the types that there are."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from hocvuso import questions
from hocvuso.lessons.question_cell import question_classes

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "questions.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", questions.types())
def test_every_type_has_a_section_with_an_example_that_works(name):
    """Each section's example builds, scores its own samples, and tells score, guessing and keyboard."""
    section = re.search(rf"^## {name}\n(.*?)(?=^## )", PAGE, re.DOTALL | re.MULTILINE)[1]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    question = eval(code, dict(question_classes()))  # noqa: S307  (our own page)
    assert question == questions.example(name)
    for state, answer in question.samples(Random(1)).items():
        assert question.score(answer).state == state
    assert (DOCS / "images" / f"question-{name}.png").is_file()
    assert f"](images/question-{name}.png)" in section
    for word in ("**Score:**", "**Guessing", "**Keyboard:**"):
        assert word in section


def test_the_example_in_code_runs():
    """What the page claims about the calls holds."""
    code = re.search(r"^## In code\n\n```python\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)[1]
    assert code.count("assert") > 5
    exec(code, {})  # noqa: S102  (our own page)


def test_the_colours_a_host_may_set_are_those_of_the_style_sheet():
    """A name in the page that the style sheet does not know would do nothing."""
    front = PAGE.split("## The front ends")[1]
    assert set(re.findall(r"--hv-\w+", front)) == set(re.findall(r"--hv-\w+", questions.front_css()))
