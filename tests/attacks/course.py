"""The course that is attacked, and a run of our real grader over it: real folders in, gradebook and records out."""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy import create_engine, select

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))
from grading_course import LESSONS, START, School

from hocvuso.exchange.collect import SECRET
from hocvuso.exchange.submit import TIMESTAMP
from hocvuso.grading.code_runner import CodeRunner
from hocvuso.grading.grade import grade_waiting
from hocvuso.grading.pools import LocalPool
from hocvuso.lessons.build import build
from hocvuso.lessons.release import release
from hocvuso.places import COURSE, Places, folder_of
from hocvuso.records.tables import audit_log
from tests.attacks import secret
from tests.attacks.shape import CODE, QUESTIONS, Attack, Submission
from tests.attacks.traps import Traps

VICTIM = Path(__file__).parent / "victim" / f"{CODE}.md"
LIMITS = {"seconds": 2, "cpu_seconds": 6, "wall_seconds": 60}  # what never ends is stopped soon
WORKERS = 12  # more than there are cores: what sleeps takes none
HONEST = ("an-that", "hang-xom", "mai-that", "zung-that")
BLANK = "bo-trong"


@dataclass
class Outcome:
    """What became of one learner's hand-in."""

    state: str
    scores: dict[str, float] = field(default_factory=dict)
    manual: dict[str, float] = field(default_factory=dict)
    leaks: set[str] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)

    @property
    def points(self) -> float:
        """All points."""
        return sum(self.scores.values())


def make_attacked_course(root: Path) -> Places:
    """Both lessons, built and released, with a secret at every place where an attack may look."""
    (root / "nbgrader_config.py").touch()
    for text in (VICTIM, LESSONS / "t14" / f"{QUESTIONS}.md"):
        target = root / "notebooks" / "lessons" / text.stem.split("-")[0] / text.name
        target.parent.mkdir(parents=True)
        target.write_bytes(text.read_bytes())
    places = Places(root)
    assert build(places).ok
    release(places, now=START)
    for folder in (root, places.var, places.var / "grader", places.site_keys):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mat-khau.txt").write_text(secret.FILE, encoding="utf-8")
    with Gradebook(places.gradebook_url, COURSE) as book:
        book.update_or_create_student("nguoi-khac", last_name=secret.GRADEBOOK)
    return places


def rights(school: School, edition: str) -> dict[str, str]:
    """The author's solutions by cell."""
    return {cell.id: cell.source for cell in school.master(edition).solutions}


def full_marks(school: School, edition: str) -> dict[str, float]:
    """All points of an edition, by cell."""
    master = school.master(edition)
    return {part.id: float(part.points) for part in (*master.tests, *master.questions)}


class Grounds:
    """One course, everybody who hands in there, and what comes of it."""

    def __init__(self, places: Places, traps: Mapping[str, str]) -> None:
        self.school = School(places)
        self.traps = traps
        self.said: list[str] = []  # what the grader's log and its progress told
        self.handed_in: dict[str, str] = {}  # the name of the folder by learner
        self.right = {edition: rights(self.school, edition) for edition in (CODE, QUESTIONS)}
        self.answers = {
            edition: self.school.book(edition, self.school.answers(edition, "right"))
            for edition in (CODE, QUESTIONS)
        }

    def attack(self, attack: Attack, number: int) -> None:
        """Hand in what ``attack`` hands in as its ``number``th."""
        for learner in attack.learners:
            made = attack.submission(
                number,
                released=self.school.released(attack.edition),
                right=self.right[attack.edition],
                answers=self.answers[QUESTIONS] if attack.edition == QUESTIONS else None,
                course=self.school,
                traps=self.traps,
                learner=learner,
            )
            folder = self.put(made)
            if attack.place:
                attack.place(folder)

    def put(self, made: Submission) -> Path:
        """Write the folder where a JupyterLab of this learner would, or into the site's inbox."""
        places = self.school.places
        at = self.school.now().strftime(TIMESTAMP)
        name = made.name or f"{folder_of(made.learner)}+{made.edition}+{at}+{self.school.new_id()}"
        inbox = places.inbound if made.inbound else places.labs / folder_of(made.learner) / "inbound"
        folder = inbox / name
        folder.mkdir(parents=True)
        files = {"timestamp.txt": at.encode(), SECRET: b"ab" * 64}
        for file, data in (files | made.contents()).items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(data)
        self.handed_in[made.learner] = name
        return folder

    def solve(self, learner: str, **cells: str) -> None:
        """An honest learner hands in the code lesson: the author's solutions, or ``cells`` instead of some."""
        made = Submission(learner, CODE, 0, self.school.released(CODE), self.answers[CODE], {}, self.school)
        made.solve(self.right[CODE] | {name.replace("_", "-"): text for name, text in cells.items()})
        self.put(made)

    def hand_in_honestly(self) -> None:
        """Four who have everything right, one who wrote nothing, one on the site."""
        for learner in HONEST:
            note = f"# {secret.NEIGHBOUR}\n" if learner == "hang-xom" else ""
            self.solve(learner, tong=note + self.right[CODE]["tong"])
        self.put(Submission(BLANK, CODE, 0, self.school.released(CODE), None, {}, self.school))
        self.school.on_site("tren-trang", self.school.answers(QUESTIONS, "right"), QUESTIONS)

    def grade(self) -> None:
        """Grade all that waits, listening to what the grader says."""
        school = self.school
        with (
            _listening(self.said),
            _environment(HOCVUSO_MAT=secret.ENVIRONMENT),
            patch("hocvuso.grading.assess.CodeRunner", partial(CodeRunner, limits=LIMITS)),
            LocalPool(WORKERS) as pool,
        ):
            grade_waiting(
                school.places, report=self.said.append, now=school.now, new_id=school.new_id, pool=pool
            )

    def outcome(self, learner: str, edition: str = CODE) -> Outcome:
        """What gradebook, record and pages say of a learner."""
        places, below = self.school.places, folder_of(learner)
        record = places.results / below / f"{edition}.json"
        if not record.exists():
            return Outcome(self._without_result(learner))
        result = json.loads(record.read_bytes())
        rows = self._grades(learner, edition)
        texts = list(_texts(record, places.feedback / below, places.labs / below / "feedback"))
        seen = list(_texts(places.autograde / below))
        but = () if learner != "hang-xom" else ("neighbour",)
        return Outcome(
            result["state"],
            {name: auto for name, (auto, _, _) in rows.items() if auto},
            {name: manual for name, (_, manual, _) in rows.items() if manual is not None},
            secret.shown(texts, but=("key of a question", "a way out of the box", *but))
            | secret.told(texts)
            | secret.told(seen),
            [reason["message"] for reason in result["reasons"]],
        )

    def _grades(self, learner: str, edition: str) -> dict[str, tuple[Any, ...]]:
        try:
            return self.school.grades(learner, edition)
        except MissingEntry:
            return {}

    def _without_result(self, learner: str) -> str:
        places, name = self.school.places, self.handed_in[learner]
        if (places.labs / folder_of(learner) / "inbound" / name).exists() or (places.inbound / name).exists():
            return "waiting"
        return "unclaimed" if list((places.evidence / ".unclaimed").glob(f"*/{name}")) else "nobody"


def markup_in(places: Places, learner: str, edition: str) -> set[str]:
    """What of a learner's markup would be obeyed in the pages and the notebook that others open."""
    below = folder_of(learner)
    pages = _texts(places.feedback / below, places.labs / below / "feedback")
    found = {"markup in feedback" for page in pages if _ALIVE.search(page)}
    graded = places.autograde / below / edition / f"{edition}.ipynb"
    if graded.exists():
        for cell in json.loads(graded.read_bytes())["cells"]:
            for output in cell.get("outputs", []):
                found |= {f"{kind} in the graded notebook" for kind in set(output.get("data", {})) - _PLAIN}
                if not _is_base64(output.get("data", {}).get("image/png", "")):
                    found.add("a picture that is none in the graded notebook")
    return found


def accused_in(places: Places) -> set[str]:
    """Whose code is said to have meddled with a test, in the audit log."""
    with create_engine(places.gradebook_url).connect() as book:
        rows = book.execute(select(audit_log.c.subject, audit_log.c.details)).all()
    return {subject.split("/")[0] for subject, details in rows if "tampered" in json.loads(details)}


_ALIVE = re.compile(r"<(script|img|svg|iframe|object|embed)\b|\son\w+=[^&]*>", re.IGNORECASE)
_PLAIN = {"text/plain", "image/png"}


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True


def _texts(*roots: Path) -> Iterator[str]:
    for root in roots:
        for path in [root] if root.is_file() else sorted(root.rglob("*")):
            if path.is_file():
                yield path.read_text("utf-8", "replace")


@contextmanager
def _listening(said: list[str]) -> Iterator[None]:
    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(self.format(record))

    ear = Ear()
    logging.getLogger().addHandler(ear)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(ear)


@contextmanager
def _environment(**more: str) -> Iterator[None]:
    os.environ.update(more)
    try:
        yield
    finally:
        for name in more:
            del os.environ[name]


@dataclass
class Battle:
    """All attacks in one course, graded together."""

    outcomes: dict[str, list[Outcome]]  # of each attack, one for everybody who tried it
    honest: dict[str, Outcome]
    full: dict[str, dict[str, float]]  # all points of each edition, by cell
    said: list[str]
    sprung: set[str]
    waiting: list[str]  # the folders that still wait
    accused: set[str]  # whose code is said to have meddled with a test, in the audit log


def fight(places: Places, attacks: Iterable[Attack]) -> Battle:
    """Everybody hands in, the grader grades, as often as the longest attack has rounds."""
    attacks = list(attacks)
    traps = Traps()
    try:
        grounds = Grounds(places, traps.named)
        grounds.hand_in_honestly()
        for number in range(max((len(attack.rounds) for attack in attacks), default=1)):
            for attack in attacks:
                if number < len(attack.rounds):
                    grounds.attack(attack, number)
            grounds.grade()
        honest = {name: grounds.outcome(name) for name in (*HONEST, BLANK)}
        honest["tren-trang"] = grounds.outcome("tren-trang", QUESTIONS)
        outcomes = {
            attack.id: [grounds.outcome(learner, attack.edition) for learner in attack.learners]
            for attack in attacks
        }
        full = {edition: full_marks(grounds.school, edition) for edition in (CODE, QUESTIONS)}
        waiting = [*places.inbound.iterdir(), *places.labs.glob("*/inbound/*")]
        accused = accused_in(places)
    finally:
        sprung = traps.close()
    return Battle(outcomes, honest, full, grounds.said, sprung, [folder.name for folder in waiting], accused)
