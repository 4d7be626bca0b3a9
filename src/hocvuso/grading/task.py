"""What one machine asks another to score: JSON in, JSON out, nothing of the course folder, no learner's name.

A task is a master edition (its notebook) and some submissions to it: answers by question, the ids of those that could
not be read, and for a coding lesson the handed-in notebook. The reply is a mark for every question and a score for
every test, made by the same functions as on one machine. A worker parses each master once.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from hocvuso import __version__
from hocvuso.errors import HocVuSoError, SandboxError
from hocvuso.grading.assess import CodeScorer
from hocvuso.grading.code import CodeScore, solutions_in
from hocvuso.grading.sheet import Sheet
from hocvuso.language import N_
from hocvuso.lessons.master import CodeCell, Master, parse_master
from hocvuso.questions import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MASTERS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """One submission of a task. ``notebook`` is None where no code is graded."""

    values: Mapping[str, Any]
    damaged: tuple[str, ...]
    notebook: bytes | None


@dataclass(frozen=True, slots=True)
class Scored:
    """The reply to one submission. ``fault``: why its code could not be run."""

    marks: Mapping[str, Mark]
    code: tuple[CodeScore, ...]
    fault: SandboxError | None


@dataclass(frozen=True, slots=True)
class Fitness:
    """What a worker can do: its version of hocvuso, and what is wrong with its box, if anything."""

    version: str
    fault: str | None

    @classmethod
    def read(cls, reply: bytes) -> Self:
        """What `fitness` gave on another machine."""
        record = json.loads(reply)
        return cls(str(record["version"]), record["fault"] and str(record["fault"]))


def fitness() -> bytes:
    """On a worker: what it can do."""
    fault = _scorer().fault
    return _dumped({"version": __version__, "fault": fault.tell() if fault else None})


def make_task(master: Master, asked: Sequence[Asked]) -> bytes:
    """The task to score ``asked``, submissions to the edition of ``master``."""
    items = [
        {
            "values": one.values,
            "damaged": one.damaged,
            "notebook": None if one.notebook is None else base64.b64encode(one.notebook).decode("ascii"),
        }
        for one in asked
    ]
    return _dumped({"master": json.dumps(master.notebook), "items": items})


def work(task: bytes) -> bytes:
    """On a worker: score everything in ``task``. Pure but for the boxes in which code runs."""
    record = json.loads(task)
    sheet = _sheet(record["master"])
    return _dumped({"version": __version__, "items": [_tried(sheet, item) for item in record["items"]]})


def read_reply(reply: bytes, master: Master) -> list[Scored | SandboxError]:
    """What `work` found; ValueError when it is not of this version of hocvuso, or does not fit ``master``.

    An error stands for a submission that the worker could not score.
    """
    record = json.loads(reply)
    if record["version"] != __version__:
        raise ValueError(record["version"])
    return [_read(item, master) for item in record["items"]]


def failed(error: str) -> SandboxError:
    """A worker met ``error`` in scoring a submission, which waits on."""
    return SandboxError(N_("Máy chấm gặp lỗi {error} khi chấm bài này; bài vẫn chờ."), error=error)


def _tried(sheet: Sheet, item: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return _score(sheet, item)
    except Exception as error:  # noqa: BLE001  (one submission must not spoil the others of its task)
        return {"error": type(error).__name__}


def _score(sheet: Sheet, item: Mapping[str, Any]) -> dict[str, Any]:
    pieces = sheet.pieces(item["values"], tuple(item["damaged"]))
    code: list[CodeScore] = []
    fault: HocVuSoError | None = None
    if item["notebook"] is not None:
        written = solutions_in(base64.b64decode(item["notebook"]), sheet.master)
        code, fault = _scorer().score(sheet.master, written)
    return {
        "marks": {name: asdict(piece.mark) for name, piece in pieces.items()},
        "code": [asdict(part) | {"cell": part.cell.id} for part in code],
        "fault": fault and [fault.message, {name: str(value) for name, value in fault.fields.items()}],
    }


def _read(item: Mapping[str, Any], master: Master) -> Scored | SandboxError:
    if "error" in item:
        return failed(str(item["error"]))
    tests = {cell.id: cell for cell in master.tests}
    marks = {name: Mark(**{**mark, "notes": tuple(mark["notes"])}) for name, mark in item["marks"].items()}
    code = tuple(_read_part(part, tests[part["cell"]]) for part in item["code"])
    if set(marks) != {question.id for question in master.questions} or (code and len(code) != len(tests)):
        raise ValueError(master.edition)
    fault = item["fault"]
    return Scored(marks, code, SandboxError(fault[0], **fault[1]) if fault else None)


def _read_part(part: Mapping[str, Any], cell: CodeCell) -> CodeScore:
    score = part["score"]
    if score is not None and not 0 <= float(score) <= cell.points:
        raise ValueError(cell.id)
    notes = tuple((str(message), dict(fields)) for message, fields in part["notes"])
    return CodeScore(**{**part, "cell": cell, "outputs": tuple(part["outputs"]), "notes": notes})


def _dumped(record: Mapping[str, Any]) -> bytes:
    # ASCII: half a character that a learner's code printed has no UTF-8, but a JSON escape
    return json.dumps(record, separators=(",", ":")).encode("ascii")


@lru_cache(maxsize=MASTERS_KEPT)
def _sheet(master: str) -> Sheet:
    return Sheet(parse_master(master.encode("utf-8"), Path("master.ipynb")))


@lru_cache(maxsize=1)
def _scorer() -> CodeScorer:
    return CodeScorer()
