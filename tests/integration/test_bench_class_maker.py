"""The class that benchmarks and crash tests are made of hands in what the site's own `submit` would have left."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from grading_course import CODING, QUESTIONS, START, School, make_course
from tests.bench.class_maker import (
    book_bytes,
    hand_in_class,
    hand_in_labs,
    learners,
    master_of,
    some_answers,
    waiting_names,
)

from hocvuso.exchange.receipts import PublicKey, check
from hocvuso.exchange.submit import submission_name
from hocvuso.places import Places


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    """A released course."""
    return School(make_course(tmp_path_factory.mktemp("course")))


def content(folder: Path) -> dict[str, bytes]:
    """The files, without what signs them and when."""
    return {
        p.name: p.read_bytes() for p in folder.iterdir() if p.name not in {"receipt.json", "timestamp.txt"}
    }


def test_a_submission_is_as_the_site_leaves_it(school):
    """The same files, rights and kind of receipt; the site's key signed it, and it fits the files."""
    places = school.places
    (name,) = hand_in_class(places, QUESTIONS, ["an"])
    made = places.inbound / name
    answers = json.loads((made / "answers.json").read_bytes())["answers"]
    real = places.inbound / school.on_site("an", {q: a["answer"] for q, a in answers.items()}).submission
    assert {p.name for p in made.iterdir()} == {p.name for p in real.iterdir()}
    assert made.stat().st_mode == real.stat().st_mode
    key = PublicKey.load(places.site_keys)
    assert key is not None
    receipts = [
        check(json.loads((folder / "receipt.json").read_bytes()), key, folder) for folder in (made, real)
    ]
    fields = [
        receipt.model_dump(exclude={"id", "submission", "handed_in", "files", "signature"})
        for receipt in receipts
    ]
    assert fields[0] == fields[1]
    assert name == submission_name("an", QUESTIONS, START, receipts[0].id)
    ours, theirs = content(made), content(real)
    assert ours[f"{QUESTIONS}.ipynb"] == theirs[f"{QUESTIONS}.ipynb"]
    for found in (ours, theirs):
        book = json.loads(found["answers.json"])
        assert {q: a["answer"] for q, a in book["answers"].items()} == {
            q: a["answer"] for q, a in answers.items()
        }
        assert set(book) == set(json.loads(book_bytes(QUESTIONS, {})))


def test_a_class_is_mixed_and_the_same_each_time(school, tmp_path):
    """Every state of an answer occurs; the same seed gives the same answers, another one others."""
    master = master_of(school.places, QUESTIONS)
    states = set()
    for number in range(40):
        answers = some_answers(master, Random(number))
        states |= {question.score(answers.get(question.id)).state for question in master.questions}
        assert answers == some_answers(master, Random(number))
    assert states == {"right", "partial", "wrong", "empty"}
    assert some_answers(master, Random(1)) != some_answers(master, Random(2))


def test_a_jupyterlabs_class_is_graded(school):
    """Solved in part, complete, and whole notebooks: the grader takes every one of them."""
    places = Places(school.places.root)
    names = hand_in_labs(places, CODING, learners(6))
    assert set(names) <= set(waiting_names(places))
    right = {cell.id: cell.source for cell in master_of(places, CODING).solutions}
    kept = 0
    for path in places.labs.glob(f"*/inbound/*/{CODING}.ipynb"):
        cells = json.loads(path.read_bytes())["cells"]
        written = {c["metadata"].get("nbgrader", {}).get("grade_id"): c["source"] for c in cells}
        kept += sum(written[name] == source for name, source in right.items())
    assert 0 < kept < 6 * len(right)
