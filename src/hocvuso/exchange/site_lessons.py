"""What the site and a learner's JupyterLab say to each other about lessons: the shapes, and the calls of the latter."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from hocvuso.errors import SiteError
from hocvuso.exchange.code_answers import Typed
from hocvuso.exchange.receipts import Receipt
from hocvuso.exchange.site_door import NONSENSE, SiteDoor
from hocvuso.exchange.submit import TIMESTAMP
from hocvuso.exchange.working_copy import ANSWERS, Merged, Seen
from hocvuso.language import N_
from hocvuso.questions.answers import AnswerRecord
from hocvuso.questions.mistakes import Slug

ELSEWHERE = N_("Danh sách bài chỉ mở được trong JupyterLab của học viên: chọn Nbgrader, rồi Assignment List.")
_LISTS = "api/lab/assignments"

_Model = TypeVar("_Model", bound=BaseModel)


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Listed(_Said):
    """A released edition; ``offered``: the one of its lesson that this learner is to work on."""

    edition: Slug
    offered: bool
    revisions: dict[Slug, int]
    """Of each answer that the site has, how often it was changed."""


class Handed(_Said):
    """A submission of the learner's; ``graded`` once there is a result of it."""

    receipt: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
    edition: Slug
    handed_in: AwareDatetime
    graded: AwareDatetime | None

    @property
    def timestamp(self) -> str:
        """The time as nbgrader writes it, and names folders by."""
        return self.handed_in.astimezone(UTC).strftime(TIMESTAMP)


class Lists(_Said):
    """All that the site tells one learner about their lessons."""

    editions: tuple[Listed, ...]
    handed_in: tuple[Handed, ...]


class Files(_Said):
    """A lesson's files by name, in base64. Answers are never among them."""

    files: dict[Annotated[str, Field(pattern=r"^[^./\\\x00][^/\\\x00]*$")], str]


class Copy(_Said):
    """A working copy of answers, with the revisions that it saw."""

    answers: dict[Slug, AnswerRecord]
    seen: Seen
    code: dict[Slug, Typed] = {}
    """What stands in the notebook's solution cells."""


class HandIn(Copy):
    """What is handed in. The same bytes again are the same submission: ``key`` is made for each click."""

    key: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    notebook: str | None


class Together(_Said):
    """What the store holds now that a copy was taken in."""

    merged: Merged


class Taken(Together):
    """What was handed in is with the site."""

    receipt: Receipt


class SiteLessons:
    """The site as this process reaches it; `use` says how. Every call may raise SiteError."""

    def __init__(self) -> None:
        self._door: SiteDoor | None = None
        self._unanswered: dict[str, tuple[bytes, bytes]] = {}  # by edition: a hash of the work, the request

    def use(self, door: SiteDoor | None) -> None:
        """Ask the site through ``door`` from now on."""
        self._door = door
        self._unanswered.clear()

    def lists(self) -> Lists:
        """What is released, and what was handed in."""
        return _parsed(Lists, self._way.get(_LISTS))

    def files(self, edition: str) -> dict[str, bytes]:
        """The files of a lesson."""
        told = _parsed(Files, self._way.get(f"{_LISTS}/{edition}")).files
        if ANSWERS in told:
            raise SiteError(NONSENSE)
        try:
            return {name: base64.b64decode(content, validate=True) for name, content in told.items()}
        except ValueError as error:
            raise SiteError(NONSENSE) from error

    def bring_together(self, edition: str, copy: Copy) -> Merged:
        """Have the edits of a copy taken in; what the store holds then."""
        answer = self._way.post(f"{_LISTS}/{edition}/answers", copy.model_dump_json().encode("utf-8"))
        return _parsed(Together, answer).merged

    def hand_in(self, edition: str, copy: Copy, notebook: str | None) -> Taken:
        """Hand in. What nobody answered is sent again as it was, while the work is the same: it is handed in once."""
        work = _hash_of(copy, notebook)
        before, body = self._unanswered.get(edition, (b"", b""))
        if before != work:
            sent = HandIn(**dict(copy), key=uuid.uuid4().hex, notebook=notebook)
            body = sent.model_dump_json().encode("utf-8")
        self._unanswered[edition] = work, body
        answer = self._way.post(f"{_LISTS}/{edition}/submit", body)
        del self._unanswered[edition]
        return _parsed(Taken, answer)

    def feedback(self, receipt: str) -> bytes:
        """The page with the result of a submission."""
        return self._way.get_bytes(f"api/lab/feedback/{receipt}")

    @property
    def _way(self) -> SiteDoor:
        if self._door is None:  # as in a learner's own kernel
            raise SiteError(ELSEWHERE)
        return self._door


site = SiteLessons()
"""The one of this process: nbgrader makes its classes itself, and hands them nothing of ours."""


def _hash_of(copy: Copy, notebook: str | None) -> bytes:
    """Of the work alone: how often an answer was changed says nothing about it."""
    answers: Mapping[str, Any] = {name: record.answer for name, record in copy.answers.items()}
    return hashlib.sha256(json.dumps([notebook, answers], sort_keys=True).encode("utf-8")).digest()


def _parsed(kind: type[_Model], value: Any) -> _Model:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise SiteError(NONSENSE) from error
