"""Makes whole classes hand in, fast: what thousands of calls of the site's `submit` leave, without their waits.

Each submission has its own folder, answers and signed receipt, as from the site, or lies in a JupyterLab's folder.
Nothing here waits for the disk; who measures calls `settle` first. Tests use it too.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from hocvuso.exchange.collect import SECRET
from hocvuso.exchange.receipts import RECEIPT, Receipt, SiteKey, hash_files
from hocvuso.exchange.submit import TIMESTAMP, submission_name
from hocvuso.lessons.editions import lesson_of
from hocvuso.lessons.master import Master, read_master
from hocvuso.places import Places, folder_of
from hocvuso.questions import check_answer

START = datetime(2026, 11, 21, 8, tzinfo=UTC)
KINDS = ("right", "partial", "wrong", "empty")
SHARES = (55, 15, 20, 10)  # of the answers of a class, in per cent
_asked: dict[tuple[str, str], dict[str, Any]] = {}


def learner_name(number: int) -> str:
    """The number-th learner's name."""
    return f"hv-{number:06}"


def learners(count: int, first: int = 0) -> list[str]:
    """``count`` names, from the ``first``-th on."""
    return [learner_name(number) for number in range(first, first + count)]


def master_of(places: Places, edition: str) -> Master:
    """The master of a built edition."""
    return read_master(places.source / edition / f"{edition}.ipynb")


def some_answers(master: Master, chance: Random) -> dict[str, Any]:
    """An answer of some kind to each question, as the site's store would keep it; nothing where it stays empty."""
    found = {}
    for question in master.questions:
        kind = chance.choices(KINDS, SHARES)[0]
        samples = question.samples(chance)
        value = samples.get(kind, samples["right"])
        if value is not None:
            key = master.hash, question.id
            asked = _asked[key] = _asked.get(key) or question.asked()
            found[question.id] = check_answer(asked, value)
    return found


def book_bytes(edition: str, answers: Mapping[str, Any]) -> bytes:
    """The content of an answers.json."""
    entries = {
        name: {"answer": value, "revision": 1, "edited": "2026-11-21T07:30:00.000Z"}
        for name, value in answers.items()
    }
    book = {"format": 1, "lesson": lesson_of(edition), "edition": edition, "answers": entries}
    return (json.dumps(book, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def hand_in_class(
    places: Places, edition: str, who: Sequence[str], *, seed: int = 0, first: datetime = START
) -> list[str]:
    """Each of the learners ``who`` hands in ``edition`` on the site, a second apart; the names of the folders.

    A learner may stand in ``who`` more than once: the answers differ each time.
    """
    key = SiteKey.load_or_make(places.site_keys)
    master = master_of(places, edition)
    notebook = (places.release / edition / f"{edition}.ipynb").read_bytes()
    places.inbound.mkdir(parents=True, exist_ok=True)
    names = []
    for place, learner in enumerate(who):
        chance, at = Random(f"{seed} {edition} {place} {learner}"), first + timedelta(seconds=place)
        identifier = f"{chance.getrandbits(128):032x}"
        name = submission_name(learner, edition, at, identifier)
        files = {
            f"{edition}.ipynb": notebook,
            "answers.json": book_bytes(edition, some_answers(master, chance)),
            "timestamp.txt": at.strftime(TIMESTAMP).encode("ascii"),
        }
        receipt = Receipt(
            id=identifier,
            learner=learner,
            lesson=lesson_of(edition),
            edition=edition,
            submission=name,
            handed_in=at,
            via="page",
            files=hash_files(files),
        )
        files[RECEIPT] = json.dumps(key.sign(receipt).record(), ensure_ascii=False, indent=1).encode("utf-8")
        _write(places.inbound / name, files)
        names.append(name)
    return names


def hand_in_labs(
    places: Places, edition: str, who: Sequence[str], *, seed: int = 0, first: datetime = START
) -> list[str]:
    """Each of the learners ``who`` hands in the coding lesson ``edition`` from a JupyterLab, solved in part."""
    master = master_of(places, edition)
    released = json.loads((places.release / edition / f"{edition}.ipynb").read_bytes())
    names = []
    for place, learner in enumerate(who):
        chance, at = Random(f"{seed} {edition} {place} {learner}"), first + timedelta(seconds=place)
        name = submission_name(learner, edition, at, f"{chance.getrandbits(128):032x}")
        files = {
            f"{edition}.ipynb": json.dumps(solved(released, master, chance), ensure_ascii=False).encode(
                "utf-8"
            ),
            "answers.json": book_bytes(edition, some_answers(master, chance)),
            "timestamp.txt": at.strftime(TIMESTAMP).encode("ascii"),
            SECRET: f"{chance.getrandbits(512):0128x}".encode("ascii"),
        }
        _write(places.labs / folder_of(learner) / "inbound" / name, files)
        names.append(name)
    return names


def solved(released: Mapping[str, Any], master: Master, chance: Random) -> dict[str, Any]:
    """The released notebook as one of a class leaves it: most solutions right, some left, wrong or broken."""
    right = {cell.id: cell.source for cell in master.solutions}
    notebook = json.loads(json.dumps(released))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name in right:
            kind = chance.choices(("right", "left", "wrong", "broken"), (70, 10, 15, 5))[0]
            cell["source"] = _solution(kind, right[name], cell["source"])
    return notebook


def _solution(kind: str, right: str, left: Any) -> Any:
    if kind == "right":
        return right
    if kind == "left":
        return left
    head = right.splitlines()[0]  # "def …(…):"
    return f"{head}\n    return None\n" if kind == "wrong" else f"{head}\n    return khong_co + 1\n"


def settle() -> None:
    """Let the machine finish writing what was handed in, so that the one who is measured does not pay for it."""
    os.sync()


def waiting_names(places: Places) -> Iterator[str]:
    """The names of all folders that wait."""
    if places.inbound.is_dir():
        yield from (entry.name for entry in os.scandir(places.inbound))
    yield from (path.name for path in places.labs.glob("*/inbound/*"))


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True)
    folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IRWXG)  # the grader's group may take it away
    for name, data in files.items():
        (folder / name).write_bytes(data)
