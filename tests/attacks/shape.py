"""What an attack is, and how its file is read.

An attack is one file, ``tests/attacks/<class>/<name>.py``. Its docstring says in the first line what it tries and
below what a success would look like. Its names:

``EXPECTED``  what our grader must make of it: ``{"state": "graded", "scores": {"thu-tong": 2}}``. Cells that are not
              named must have 0 points; ``"all_but"`` instead names the cells that must have 0, all others being
              right. ``state`` is that of the result record, ``"unclaimed"`` (refused, and nobody's), ``"waiting"``
              (not taken yet: the folder isn't whole) or ``"nobody"`` (no such submission exists).
``CELLS``     the learner's code by the id of the solution cell; all other cells stay as released, which is wrong.
``ROUNDS``    instead of ``CELLS``: several of them, handed in and graded one after the other.
``LESSON``    ``"code"`` (the lesson in ``victim/``) or ``"questions"`` (a real lesson, answered rightly).
``prepare``   edits the `Submission` before it is written.
``place``     changes the written folder: links, pipes, rights.
``LEARNER``   who hands it in, where the name is part of the attack.
``TRIES``     how many learners try it, where its success would be a matter of luck: none may get through.
``STOCK``     why the attack can't be tried on stock nbgrader.

That nothing of the secrets in `secret.py` comes out, that no trap of `traps.py` is sprung and that everybody else's
grades stay as they are is expected of every attack and stands in no file.
"""

from __future__ import annotations

import copy
import json
import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CODE, QUESTIONS = "t18-90", "t14-05"
EDITIONS = {"code": CODE, "questions": QUESTIONS}


@dataclass
class Submission:
    """A folder that is about to be handed in."""

    learner: str
    edition: str
    round: int
    notebook: Any  # a dict, or bytes
    answers: Any  # a dict, bytes, or None for no file
    right: Mapping[str, str]  # the author's solutions by cell
    course: Any  # the `School` that it is handed in to, or None for nbgrader's course
    files: dict[str, bytes] = field(default_factory=dict)
    name: str | None = None  # another name for the folder
    inbound: bool = False  # straight into the site's inbox, past the site

    def cell(self, name: str) -> dict[str, Any]:
        """The notebook's cell with this nbgrader id."""
        cells = self.notebook["cells"]
        return next(c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == name)

    def solve(self, cells: Mapping[str, str]) -> None:
        """Write ``cells`` into the notebook."""
        for name, source in cells.items():
            self.cell(name)["source"] = source.strip("\n")

    def contents(self) -> dict[str, bytes]:
        """All files as bytes."""
        files = dict(self.files)
        if self.notebook is not None:
            files[f"{self.edition}.ipynb"] = _bytes(self.notebook)
        if self.answers is not None:
            files["answers.json"] = _bytes(self.answers)
        return files


@dataclass(frozen=True)
class Attack:
    """One attack as its file tells it."""

    kind: str
    name: str
    told: str
    expected: Mapping[str, Any]
    rounds: tuple[Mapping[str, str], ...]
    edition: str
    learner: str
    prepare: Callable[[Submission], None] | None
    place: Callable[[Path], None] | None
    tries: int
    stock: str

    @property
    def learners(self) -> tuple[str, ...]:
        """Everybody who tries it."""
        more = (f"{self.learner}-{number}" for number in range(2, self.tries + 1))
        return (self.learner, *more)

    @property
    def id(self) -> str:
        """``class/name``."""
        return f"{self.kind}/{self.name}"

    @property
    def title(self) -> str:
        """What it tries, in a line."""
        return self.told.split("\n")[0].rstrip(".")

    def scores(self, full: Mapping[str, float]) -> dict[str, float]:
        """The points that it must end with, by cell; cells that are not named have 0."""
        if "all_but" in self.expected:
            return {name: points for name, points in full.items() if name not in self.expected["all_but"]}
        return {name: float(points) for name, points in self.expected.get("scores", {}).items()}

    def submission(
        self,
        number: int,
        *,
        released: Mapping[str, Any],
        right: Mapping[str, str],
        answers: Mapping[str, Any] | None,
        course: Any,
        traps: Mapping[str, str],
        learner: str = "",
    ) -> Submission:
        """The folder of the attack's hand-in ``number``; ``traps`` fills in what only the machine knows."""
        made = Submission(
            learner or self.learner,
            self.edition,
            number,
            copy.deepcopy(dict(released)),
            copy.deepcopy(answers),
            right,
            course,
        )
        made.solve({name: _filled(source, traps) for name, source in self.rounds[number].items()})
        if self.prepare:
            self.prepare(made)
        return made


def load_attacks() -> list[Attack]:
    """Every attack, sorted."""
    return [_load(path) for path in attack_files()]


def attack_files() -> list[Path]:
    """The files that hold an attack."""
    return sorted(path for path in HERE.glob("*/*.py") if path.parent.name != "stock" and path.name[0] != "_")


def _load(path: Path) -> Attack:
    found = runpy.run_path(str(path))
    rounds = found.get("ROUNDS") or [found.get("CELLS", {})]
    kind, name = path.parent.name, path.stem
    return Attack(
        kind=kind,
        name=name,
        told=found["__doc__"].strip(),
        expected=found["EXPECTED"],
        rounds=tuple(rounds),
        edition=EDITIONS[found.get("LESSON", "code")],
        learner=found.get("LEARNER", f"{kind}-{name}".replace("_", "-")),
        prepare=found.get("prepare"),
        place=found.get("place"),
        tries=found.get("TRIES", 1),
        stock=found.get("STOCK", ""),
    )


def _filled(source: str, traps: Mapping[str, str]) -> str:
    for name, value in traps.items():
        source = source.replace("{{" + name + "}}", value)
    return source


def _bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode("utf-8")
