"""A question type is a folder: one from another package is a type like ours, and no file of ours changes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from hocvuso.questions import types

FILES = {
    "stars-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: stars\nVersion: 1.0\n",
    "stars-1.0.dist-info/entry_points.txt": "[hocvuso.questions]\nstars = stars:Stars\n",
    "stars/__init__.py": """
from stars.model import Stars

TITLE = "Cho sao"
MESSAGES = ("Cho từ một đến năm sao.",)
""",
    "stars/model.py": """
from fractions import Fraction
from typing import ClassVar, Literal

from hocvuso.errors import AnswerError
from hocvuso.questions import Question


class Stars(Question):
    secrets: ClassVar[frozenset[str]] = frozenset({"why", "best"})
    type: Literal["stars"] = "stars"
    best: int

    @classmethod
    def read_answer(cls, asked, value):
        if value is not None and value not in ("1", "2", "3", "4", "5"):
            raise AnswerError("Câu trả lời phải từ 1 đến 5.")
        return value

    def judge(self, answer):
        return Fraction(max(0, 2 - abs(int(answer) - self.best)), 2), ()

    def tell_answer(self, answer):
        return "★" * int(answer)

    def show_key(self):
        return "★" * self.best

    def samples(self, random):
        return {"right": str(self.best), "wrong": "1", "empty": None, "malformed": "6"}
""",
    "stars/example.py": """
from stars.model import Stars

EXAMPLE = Stars("sao", "Tin này đáng tin mấy sao?", best=4, why="Có nguồn rõ.", points=2)
""",
    "stars/front.js": """
export default frame(({ say, unique, changed }) => ({
  hint: say("Cho từ một đến năm sao."),
  ...typed({ unique, changed, attributes: { class: "hv-text hv-stars" } }),
}));
""",
    "stars/front.css": ".hv-question .hv-stars { width: 4rem; }\n",
}
LESSON = 'Stars("tin", "Mấy sao?", best=5, why="Rõ.", points=2)'
TRY = f"""
import json
from hocvuso import questions as q
from hocvuso.lessons.question_cell import read_question
from hocvuso.questions.registry import title

question = read_question({LESSON!r})
print(json.dumps({{
    "types": sorted(q.types()),
    "class": q.Stars.__name__,
    "title": title("stars"),
    "example": q.example("stars").prompt,
    "marks": [q.from_record(question.record()).score(answer).points for answer in ("5", "4", "1", "6", None)],
    "checked": q.check_answer(question.asked(), "3"),
    "asked": sorted(question.asked()),
    "module": q.front_module("stars").count("export default"),
    "style": ".hv-stars" in q.front_css(),
    "said": q.front_messages("en")["Cho từ một đến năm sao."],
}}))
"""


@pytest.fixture
def outside(tmp_path):
    """An environment in which the package is installed, as pip would leave it."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


def test_a_type_of_another_package_is_a_type_like_ours(outside):
    """Registered by its entry point: lessons name it, it is asked, scored, shown, styled and put into words."""
    done = subprocess.run(
        [sys.executable, "-c", TRY], env=outside, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == {
        "types": sorted([*types(), "stars"]),
        "class": "Stars",
        "title": "Cho sao",
        "example": "Tin này đáng tin mấy sao?",
        "marks": [2, 1, 0, 0, 0],
        "checked": "3",
        "asked": ["id", "points", "prompt", "type"],
        "module": 1,
        "style": True,
        "said": "Cho từ một đến năm sao.",
    }


def test_a_name_that_is_no_type_is_no_attribute():
    """The lazy names of `hocvuso.questions` are those of types and nothing else."""
    import hocvuso.questions as q

    assert q.__getattr__("Order") is types()["order"]
    for name in ("Stars", "order_of", "__path_hooks__"):
        with pytest.raises(AttributeError, match=name):
            q.__getattr__(name)


@pytest.mark.parametrize("name", types())
def test_a_type_of_ours_has_all_that_is_its_own_in_its_folder(name):
    """What the gallery, the documentation and the catalogue of sentences show of a type lies beside it."""
    from hocvuso.questions import example
    from hocvuso.questions.registry import package_of, title

    assert package_of(name) == f"hocvuso.questions.{name}"
    assert type(example(name)) is types()[name]
    assert title(name) != types()[name].__name__
