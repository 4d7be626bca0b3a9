"""How the sample class learns: each person answers after their habit and hands in, some of it damaged.

Question lessons go the site's way (answer store, signed receipt); the coding lesson comes as a folder
from a learner's JupyterLab.
"""

from __future__ import annotations

import itertools
import json
import random
import secrets
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hocvuso.demo.people import lessons_of_the_class
from hocvuso.exchange.answers import AnswerStore
from hocvuso.exchange.collect import SECRET
from hocvuso.exchange.receipts import SiteKey
from hocvuso.exchange.submit import submit
from hocvuso.lessons.catalogue import read_catalogue
from hocvuso.lessons.master import Master, read_master
from hocvuso.places import folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hocvuso.demo.people import Person
    from hocvuso.places import Places


def attend(places: Places, people: tuple[Person, ...], *, report: Callable[[str], None]) -> list[str]:
    """Let everyone take the lessons of the class and hand in; returns the submissions' names."""
    chance = random.Random(398)  # noqa: S311  (the same class every time)
    handed_in: list[str] = []
    ways = itertools.cycle(range(4))
    taken = lessons_of_the_class()
    for lesson in read_catalogue(places):
        if lesson.id not in taken:
            continue
        master = read_master(places.source / lesson.edition / f"{lesson.edition}.ipynb")
        takers = [p for p in people if (lesson.kind == "questions" or p.codes) and lesson.id not in p.left]
        for person in takers:
            if lesson.kind == "questions" and person.habit != "damaged":
                handed_in.append(answer_on_site(places, person, master, chance))
            else:
                handed_in.append(hand_in_folder(places, person, master, chance, ways))
        report(f"   {lesson.edition}  {len(takers):>3}  {lesson.title}")
    return handed_in


def answer_on_site(places: Places, person: Person, master: Master, chance: random.Random) -> str:
    """Save answer after answer as a browser does, then hand in; returns the receipt's id."""
    store = AnswerStore(places.answers, clock=lambda: datetime.now(UTC))
    seen = {
        key: record.revision for key, record in store.read(person.learner, master.edition).answers.items()
    }
    for question_id, value in answers_of(person, master, chance).items():
        question = next(q for q in master.questions if q.id == question_id)
        store.save(
            person.learner,
            master.edition,
            question.asked(),
            value,
            seen=seen.get(question_id, 0),
            edited=datetime.now(UTC),
        )
    receipt = submit(
        places,
        store,
        SiteKey.load_or_make(places.site_keys),
        person.learner,
        master.edition,
        now=datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
    )
    return receipt.id


def answers_of(person: Person, master: Master, chance: random.Random) -> dict[str, Any]:
    """Answers after this person's habit: right ones, partly right ones, wrong ones, or none."""
    if person.habit == "empty":
        return {}
    answers = {}
    for number, question in enumerate(master.questions):
        samples = question.samples(chance)
        kind = "right" if person.habit not in samples else person.habit
        if person.habit == "partial" and number % 3 == 0:
            kind = "wrong"
        answers[question.id] = samples[kind if kind in samples else "ungraded"]
    return answers


def hand_in_folder(
    places: Places, person: Person, master: Master, chance: random.Random, ways: Iterator[int]
) -> str:
    """Put a folder where the learner's JupyterLab would; the damaged habit damages it in one of four ways."""
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    name = f"{person.learner}+{master.edition}+{at}"
    folder = places.labs / folder_of(person.learner) / "inbound" / name
    notebook = json.dumps(solved(person, master), ensure_ascii=False)
    answers = json.dumps(
        {
            "format": 1,
            "lesson": master.lesson,
            "edition": master.edition,
            "answers": {
                key: {"answer": value, "revision": 1, "edited": "2026-01-01T00:00:00.000Z"}
                for key, value in answers_of(person, master, chance).items()
            },
        },
        ensure_ascii=False,
    )
    if person.habit == "damaged":
        notebook, answers = damaged(notebook, answers, next(ways))
    folder.mkdir(parents=True)
    (folder / f"{master.edition}.ipynb").write_text(notebook, encoding="utf-8")
    (folder / "answers.json").write_text(answers, encoding="utf-8")
    (folder / "timestamp.txt").write_text(at, encoding="utf-8")
    (folder / SECRET).write_text(secrets.token_hex(64), encoding="ascii")
    return name


def solved(person: Person, master: Master) -> dict[str, Any]:
    """The notebook as handed in: the author's solutions, or code that answers something else."""
    notebook: dict[str, Any] = json.loads(json.dumps(master.notebook))
    cells = []
    for cell in notebook["cells"]:
        grader = cell["metadata"].get("nbgrader", {})
        if grader.get("grade"):
            cell["source"] = ""
        elif grader.get("solution") and person.habit == "wrong":
            cell["source"] = "ket_qua = None"
        cells.append(cell)
    notebook["cells"] = cells
    return notebook


def damaged(notebook: str, answers: str, way: int) -> tuple[str, str]:
    """A file cut off in the middle, a file that is another format, values of the wrong type, or nothing."""
    if way == 0:
        return notebook[: len(notebook) // 2], answers[: len(answers) // 2]
    if way == 1:
        return "PK\x03\x04 không phải sổ tay", "[]"
    if way == 2:  # noqa: PLR2004
        book = json.loads(answers)
        for record in list(book["answers"].values())[::2]:
            record["answer"] = {"loại": ["không phải", 1]}
        return notebook, json.dumps(book, ensure_ascii=False)
    return "", ""
