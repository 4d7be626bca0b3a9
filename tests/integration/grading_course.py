"""A small course for the grader's tests: two real lessons, built and released, and ways to hand in."""

from __future__ import annotations

import copy
import itertools
import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text

from hocvuso.exchange.answers import AnswerStore
from hocvuso.exchange.collect import SECRET
from hocvuso.exchange.receipts import Receipt, SiteKey
from hocvuso.exchange.submit import TIMESTAMP, submit
from hocvuso.grading.grade import Summary, grade_waiting
from hocvuso.lessons.build import build
from hocvuso.lessons.master import Master, read_master
from hocvuso.lessons.release import release
from hocvuso.places import COURSE, Places, folder_of

QUESTIONS, CODING = "t14-05", "t18-02"
START = datetime(2026, 11, 21, 8, tzinfo=UTC)
LESSONS = Path(__file__).parents[2] / "notebooks" / "lessons"


def make_course(root: Path) -> Places:
    """Build and release both lessons below ``root``."""
    (root / "nbgrader_config.py").touch()
    for lesson in (QUESTIONS, CODING):
        target = root / "notebooks" / "lessons" / lesson.split("-")[0] / f"{lesson}.md"
        target.parent.mkdir(parents=True)
        target.write_bytes((LESSONS / lesson.split("-")[0] / f"{lesson}.md").read_bytes())
    places = Places(root)
    assert build(places).ok
    release(places, now=START)
    return places


@dataclass
class School:
    """A course with a clock that goes on by a minute at each look."""

    places: Places
    ticks: Any = field(default_factory=itertools.count)
    numbers: Any = field(default_factory=itertools.count)

    def now(self) -> datetime:
        """The next minute."""
        return START + timedelta(minutes=next(self.ticks))

    def new_id(self) -> str:
        """The next id."""
        return f"id{next(self.numbers)}"

    def master(self, edition: str) -> Master:
        """The master of an edition."""
        return read_master(self.places.source / edition / f"{edition}.ipynb")

    def answers(self, edition: str, kind: str) -> dict[str, Any]:
        """Answers of one kind to every question; where there is none of it, right ones, or what a person must grade."""
        chance = random.Random(1)
        samples = {q.id: q.samples(chance) for q in self.master(edition).questions}
        return {
            name: some[next(wanted for wanted in (kind, "right", "ungraded") if wanted in some)]
            for name, some in samples.items()
        }

    def book(self, edition: str, answers: dict[str, Any]) -> dict[str, Any]:
        """The content of an answers.json."""
        entries = {
            name: {"answer": value, "revision": 1, "edited": "2026-01-01T00:00:00.000Z"}
            for name, value in answers.items()
            if value is not None
        }
        return {"format": 1, "lesson": edition, "edition": edition, "answers": entries}

    def on_site(self, learner: str, answers: dict[str, Any], edition: str = QUESTIONS) -> Receipt:
        """Save answers one by one as a browser does, then hand in."""
        store = AnswerStore(self.places.answers, self.now)
        asked = {q.id: q.asked() for q in self.master(edition).questions}
        for name, value in answers.items():
            seen = store.read(learner, edition).answers
            revision = seen[name].revision if name in seen else 0
            store.save(learner, edition, asked[name], value, seen=revision, edited=self.now())
        key = SiteKey.load_or_make(self.places.site_keys)
        return submit(self.places, store, key, learner, edition, now=self.now(), new_id=self.new_id)

    def in_lab(self, learner: str, edition: str, files: dict[str, bytes | str | dict]) -> Path:
        """Put a folder where the learner's JupyterLab puts it."""
        name = f"{learner}+{edition}+{self.now().strftime(TIMESTAMP)}+{self.new_id()}"
        folder = self.places.labs / folder_of(learner) / "inbound" / name
        folder.mkdir(parents=True)
        for file, content in files.items():
            data = json.dumps(content) if isinstance(content, dict) else content
            (folder / file).write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        (folder / "timestamp.txt").write_text(self.now().strftime(TIMESTAMP), encoding="utf-8")
        if SECRET not in files:
            (folder / SECRET).write_text("ab" * 64, encoding="ascii")
        return folder

    def grade(self, lesson: str | None = None) -> Summary:
        """Grade what waits."""
        return grade_waiting(self.places, lesson, now=self.now, new_id=self.new_id)

    def result(self, learner: str, edition: str = QUESTIONS) -> dict[str, Any]:
        """The result record."""
        return json.loads((self.places.results / folder_of(learner) / f"{edition}.json").read_bytes())

    def grades(self, learner: str, edition: str) -> dict[str, tuple[Any, ...]]:
        """Every Grade row of a learner: automatic score, manual score, whether a person must grade."""
        with Gradebook(self.places.gradebook_url, COURSE) as book:
            found = book.find_submission(edition, learner)
            rows = [g for n in found.notebooks for g in n.grades]
            return {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in rows}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query gives."""
        engine = create_engine(self.places.gradebook_url)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(sql))]
        engine.dispose()
        return found

    def released(self, edition: str) -> dict[str, Any]:
        """The released notebook."""
        return json.loads((self.places.release / edition / f"{edition}.ipynb").read_bytes())

    def solved(self, edition: str = CODING, **instead: str | None) -> dict[str, Any]:
        """The released notebook with the author's solutions, or others by id; None leaves a cell as released."""
        notebook = copy.deepcopy(self.released(edition))
        right = {cell.id: cell.source for cell in self.master(edition).solutions}
        for cell in notebook["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "").replace("-", "_")
            for solution, source in right.items():
                if name == solution.replace("-", "_"):
                    written = instead.get(name, source)
                    cell["source"] = cell["source"] if written is None else written
        return notebook
