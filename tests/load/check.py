"""Nothing may be lost: what learners were told is saved, handed in and graded must lie on the disk just so."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from tests.load.learner import Learner, Way

from hocvuso.exchange.answers import AnswerStore
from hocvuso.lessons.master import Master
from hocvuso.places import Places, folder_of


def lost(places: Places, learners: Iterable[Learner], master: Master) -> list[str]:
    """A line for every answer, submission and mark that is not what its learner was told; none is as it should be."""
    store = AnswerStore(places.answers, lambda: datetime.now(UTC))
    found = []
    for learner in learners:
        way = learner.ways.get(master.edition)
        if way is None:
            continue
        found += [f"{learner.name}: {line}" for line in _lost_answers(store, learner.name, master, way)]
        found += [f"{learner.name}: {line}" for line in _lost_submissions(places, learner.name, master, way)]
    return found


def _lost_answers(store: AnswerStore, name: str, master: Master, way: Way) -> list[str]:
    kept = store.read(name, master.edition).answers
    lines = []
    for question, saved in way.saved.items():
        if question in way.unsure:  # a later one was sent and its fate is not known: either may stand
            continue
        if question not in kept:
            lines.append(f"the answer to {question} was acknowledged and is not there")
        elif (kept[question].answer, kept[question].revision) != (saved.answer, saved.revision):
            lines.append(f"the answer to {question} is not the one that was acknowledged")
    return lines


def _lost_submissions(places: Places, name: str, master: Master, way: Way) -> list[str]:
    evidence = {}
    for folder in (places.evidence / folder_of(name) / master.edition).glob("*"):
        receipt = json.loads((folder / "receipt.json").read_text("utf-8"))
        evidence[receipt["id"]] = json.loads((folder / "answers.json").read_text("utf-8"))["answers"]
    lines = []
    for receipt, answers in way.receipts.items():
        if receipt not in evidence:
            lines.append(f"what receipt {receipt} stands for is not in the evidence")
        elif {question: kept["answer"] for question, kept in evidence[receipt].items()} != answers:
            lines.append(f"receipt {receipt} stands for other answers than were on the screen")
    if way.points is not None and not way.unsure:
        due = sum(
            q.score(way.saved[q.id].answer if q.id in way.saved else None).points for q in master.questions
        )
        if due != way.points:
            lines.append(f"the result says {way.points} points and the answers are worth {due}")
    return lines
