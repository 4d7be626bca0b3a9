"""Which edition a build is: the ledger ``var/editions.json`` and the rule that decides.

nbgrader can't add or remove graded cells once somebody has handed in. So a lesson keeps its edition while its
graded ids, types and points stay, or while nobody has begun; else it becomes the next edition, and the
earlier one stays as it is for those who are in the middle of it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from hocvuso.durable import held
from hocvuso.errors import LessonError
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hocvuso.places import Places


class Edition(BaseModel):
    """One edition: its signature, and when and with which content it was last released (None: never)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edition: str
    signature: str
    released: str | None = None
    content: str | None = None


class Ledger(BaseModel):
    """All editions, by lesson, in the order in which they came to be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1
    lessons: dict[str, tuple[Edition, ...]] = {}

    def find(self, edition: str) -> Edition | None:
        """The entry of ``edition``, if there is one."""
        return next((e for editions in self.lessons.values() for e in editions if e.edition == edition), None)

    def current(self, lesson: str) -> Edition | None:
        """The newest edition of ``lesson``."""
        return (self.lessons.get(lesson) or (None,))[-1]

    def with_edition(self, lesson: str, entry: Edition) -> Ledger:
        """The ledger with ``entry`` in the place of the edition of that name, or after the others."""
        kept = [entry if e.edition == entry.edition else e for e in self.lessons.get(lesson, ())]
        if entry not in kept:
            kept.append(entry)
        return self.model_copy(update={"lessons": {**self.lessons, lesson: tuple(kept)}})


def read_ledger(path: Path) -> Ledger:
    """The ledger, empty when there is none yet; raises `LessonError` when it can't be read."""
    try:
        return Ledger.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Ledger()
    except ValidationError as error:
        raise LessonError(
            N_("Sổ ấn bản {path} bị hỏng: hãy khôi phục từ bản sao lưu rồi chạy lại."), path=path
        ) from error


def update_ledger(path: Path, change: Callable[[Ledger], Ledger]) -> Ledger:
    """Apply ``change`` to the ledger as it is now: no other change gets lost, a crash leaves it whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path.with_suffix(".lock")):
        ledger = change(read_ledger(path))
        write_atomically(path, json.dumps(ledger.model_dump(), ensure_ascii=False, indent=1) + "\n")
    return ledger


def choose_edition(ledger: Ledger, lesson: str, signature: str, begun: Callable[[str], bool]) -> Edition:
    """The edition that a build of ``lesson`` with ``signature`` is."""
    current = ledger.current(lesson)
    if current is None:
        return Edition(edition=lesson, signature=signature)
    if current.signature == signature:
        return current
    if not begun(current.edition):
        return Edition(edition=current.edition, signature=signature)
    number = len(ledger.lessons[lesson]) + 1
    return Edition(edition=f"{lesson}-e{number}", signature=signature)


def lesson_of(edition: str) -> str:
    """The lesson that ``edition`` belongs to: ``t14-05-e2`` is an edition of ``t14-05``."""
    return re.sub(r"-e[0-9]+$", "", edition)


def has_begun(places: Places, edition: str) -> bool:
    """Whether anyone has saved an answer to, fetched, or handed in ``edition``.

    A released edition counts as begun when there is a folder that we may not look into.
    """
    folders = (
        (places.answers, f"*/{edition}/answers.json"),
        (places.submitted, f"*/{edition}"),
        (places.inbound, f"*+{edition}+*"),
        (places.labs, f"*/inbound/*+{edition}+*"),
        (places.evidence, f"*+{edition}+*"),
        (places.evidence, f"*/*+{edition}+*"),
        (places.evidence, f"*/{edition}"),
        (places.results, f"*/{edition}.json"),
        (places.homes, f"*/{edition}"),
    )
    here = [(folder, pattern) for folder, pattern in folders if folder.is_dir()]
    if any(next(folder.glob(pattern), None) is not None for folder, pattern in here):
        return True
    if not all(os.access(folder, os.R_OK | os.X_OK) for folder, _ in here):
        entry = read_ledger(places.editions).find(edition)
        if entry is not None and entry.released is not None:
            return True
    return is_in_gradebook(places, edition)


def is_in_gradebook(places: Places, edition: str) -> bool:
    """Whether the gradebook holds a submission of ``edition``."""
    url = places.gradebook_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return False  # asking would make an empty one
    from nbgrader.api import Gradebook, MissingEntry

    from hocvuso.database import told_when_locked
    from hocvuso.lessons.convert import prepare_gradebook

    with told_when_locked():
        prepare_gradebook(url)
        with Gradebook(url) as book:
            try:
                return bool(book.find_assignment(edition).submissions)
            except MissingEntry:
                return False


def write_atomically(path: Path, text: str) -> None:
    """Put ``text`` at ``path``: afterwards it is there whole, or what was there before still is.

    The folder is held meanwhile, so that two processes don't write to it at once. Not for a folder that a learner
    can open: they could hold it for ever.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with held(path.parent):
        write_alone(path, text)


def write_alone(path: Path, text: str) -> None:
    """As `write_atomically`, for the only process that writes there.

    The temporary name is always the same, so that what a killed process left is gone after the next write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)  # it may be another user's
        with part.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
