"""What a learner has handed in and what came of it: their receipts and their result records. Reads, never grades."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hocvuso.durable import replace_file
from hocvuso.errors import StorageError
from hocvuso.grading.result import Sentence, Wording
from hocvuso.language import N_
from hocvuso.places import Places, folder_of

log = logging.getLogger("hocvuso.site")
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


class QuestionResult(Wording):
    """One question of a result: plain text throughout; notes are said in the reader's language."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    kind: str = "question"
    points: int
    out_of: int
    state: str
    notes: tuple[Sentence, ...] = ()
    said: Mapping[str, Wording] = Field(default_factory=dict)

    def told(self, lang: str) -> Wording:
        """What it says in ``lang``; in Vietnamese where there is no translation."""
        return self.said.get(lang, self)


class Result(BaseModel):
    """What the grader wrote for one submission."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    learner: str
    lesson: str
    edition: str
    state: Literal["graded", "partly", "refused"]
    reasons: tuple[Sentence, ...] = ()
    points: int | None = None
    out_of: int | None = None
    handed_in: datetime
    graded: datetime
    via: str = "page"
    questions: tuple[QuestionResult, ...] = ()
    evidence: dict[str, Any] = {}

    @property
    def share(self) -> Fraction | None:
        """Which part of all points was earned: what editions of different sizes are compared by."""
        return None if self.points is None or not self.out_of else Fraction(self.points, self.out_of)

    @property
    def receipt(self) -> str | None:
        """The id of the receipt that this result answers."""
        value = self.evidence.get("receipt")
        return str(value) if value else None


@dataclass(frozen=True, slots=True)
class Handed:
    """One act of handing in, as its receipt says."""

    id: str
    edition: str
    at: datetime
    receipt: dict[str, Any]


class Ledger:
    """One learner's receipts and results at a time; a damaged file counts as absent and is logged."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def keep(self, learner: str, receipt: dict[str, Any]) -> None:
        """Keep the learner's copy of a receipt; StorageError when it can't be written."""
        try:
            folder = self.open_folder(learner)
            content = json.dumps(receipt, ensure_ascii=False).encode("utf-8")
            replace_file(folder / f"{receipt['id']}.json", content, mode=0o600)
        except OSError as error:
            raise StorageError(
                N_("Bài đã nộp, không cần nộp lại; máy chủ chỉ chưa giữ được biên nhận cho anh/chị.")
            ) from error

    def open_folder(self, learner: str) -> Path:
        """The folder of the learner's receipts, made when there is none."""
        folder = self._receipts(learner)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def handed_in(self, learner: str) -> list[Handed]:
        """All receipts, the newest first."""
        found = [self._read_receipt(p) for p in self._receipts(learner).glob("*.json")]
        return sorted((h for h in found if h), key=lambda h: h.at, reverse=True)

    def find_receipt(self, learner: str, receipt_id: str) -> Handed | None:
        """The learner's receipt with that id."""
        if not _ID.fullmatch(receipt_id):
            return None
        return self._read_receipt(self._receipts(learner) / f"{receipt_id}.json")

    def results(self, learner: str) -> dict[str, Result]:
        """The learner's results by edition."""
        folder = self._places.results / folder_of(learner)
        found = (self._read_result(path, learner) for path in sorted(folder.glob("*.json")))
        return {result.edition: result for result in found if result}

    def find_result(self, learner: str, edition: str) -> Result | None:
        """The learner's result for ``edition``; the caller has checked that ``edition`` is a released one's name."""
        return self._read_result(self._places.results / folder_of(learner) / f"{edition}.json", learner)

    def called(self, learner: str) -> str:
        """What the learner is called, as the register of people published it; the user name when it has not."""
        try:
            return (self._places.names / folder_of(learner)).read_text(encoding="utf-8").strip() or learner
        except (OSError, UnicodeDecodeError):
            return learner

    def _receipts(self, learner: str) -> Path:
        return self._places.receipts / folder_of(learner)

    def _read_receipt(self, path: Path) -> Handed | None:
        try:
            data = json.loads(path.read_bytes())
            return Handed(
                str(data["id"]), str(data["edition"]), datetime.fromisoformat(data["handed_in"]), data
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            log.warning("a receipt can't be read")
            return None

    def _read_result(self, path: Path, learner: str) -> Result | None:
        try:
            result = Result.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError):
            log.warning("a result record can't be read")
            return None
        # the folder is the identity; a record that names somebody else is shown to nobody
        return result if result.learner == learner else None
