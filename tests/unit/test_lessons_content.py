"""docs/authors.md tells the truth. That the lessons keep its rules, `hocvuso lint` says (test_lint.py)."""

from __future__ import annotations

import re
from pathlib import Path

from hocvuso.lessons.question_cell import read_question
from hocvuso.lint import RULES
from hocvuso.questions import Question

ROOT = Path(__file__).parents[2]
AUTHORS = (ROOT / "docs" / "authors.md").read_text(encoding="utf-8")


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
        "Code",
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


def test_the_rules_that_authors_are_told_are_the_rules_of_lint() -> None:
    """Each code in the second table of docs/authors.md is a rule's; no rule is left out."""
    table = AUTHORS.split("| Rule | What it asks |")[1].split("\n\n")[0]
    told = [
        code for row in table.splitlines()[2:] for code in re.findall(r"`([a-z0-9-]+)`", row.split("|")[1])
    ]
    assert sorted(told) == sorted(rule.code for rule in RULES)
