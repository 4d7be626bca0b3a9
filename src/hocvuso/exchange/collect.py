"""What waits to be graded, and who it is from.

Two ways in. ``inbound/``: the site put it there with a signed receipt; the receipt says who.
``labs/<learner>/inbound/``: a learner's JupyterLab put it there; the folder says who, whatever file names and
contents claim, and the receipt is made here, with the time of collection.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hocvuso.errors import AnswerError, ReceiptError, SubmissionError
from hocvuso.exchange.answers import check_edition
from hocvuso.exchange.folders import MAX_BYTES, read_folder
from hocvuso.exchange.receipts import (
    RECEIPT,
    PublicKey,
    Receipt,
    SiteKey,
    check_files,
    check_signature,
    hash_files,
)
from hocvuso.language import N_, nfc
from hocvuso.lessons.editions import lesson_of
from hocvuso.places import folder_of, learner_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from hocvuso.exchange.receipts import Via
from hocvuso.places import Places

MOST_AT_ONCE = 50  # of one learner's JupyterLab; the rest waits for the next round, behind everybody else's


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission that waits: where it lies and who it is from.

    ``learner`` is None when nobody signed for it. ``handed_in`` is None until `take_in` for a JupyterLab's.
    """

    path: Path
    name: str
    learner: str | None
    edition: str
    via: Via
    receipt: Receipt | None = None
    handed_in: datetime | None = None
    fault: ReceiptError | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A submission that was taken in: its files as they came, or the reason why they can't be used."""

    waiting: Waiting
    files: Mapping[str, bytes]
    receipt: Receipt | None
    fault: SubmissionError | ReceiptError | None = None


def find_waiting(places: Places, lesson: str | None = None, *, labs: bool = True) -> Iterator[Waiting]:
    """Everything that waits, the site's first in the order of their receipts, then the JupyterLabs'.

    ``labs=False`` leaves the latter out: with thousands of learners it takes a while to look into each.
    """
    key = PublicKey.load(places.site_keys)
    signed = [_from_site(path, key) for path in _folders(places.inbound)]
    signed.sort(key=lambda w: (w.handed_in.timestamp() if w.handed_in else 0.0, w.name))
    for waiting in (*signed, *(_from_labs(places) if labs else ())):
        if lesson is None or lesson in {waiting.edition, lesson_of(waiting.edition)}:
            yield waiting


def take_in(waiting: Waiting, key: SiteKey, now: datetime, new_id: str) -> Taken:
    """Read the files and settle the receipt: the site's is checked against them, a JupyterLab's is made."""
    fault: SubmissionError | ReceiptError | None = waiting.fault
    files: Mapping[str, bytes] = {}
    try:
        files = read_folder(waiting.path)
        if waiting.receipt:
            check_files(waiting.receipt, files)
    except (SubmissionError, ReceiptError) as error:
        fault = fault or error
    if waiting.via == "page" or waiting.learner is None:
        return Taken(waiting, files, waiting.receipt, fault)
    files = {name: data for name, data in files.items() if name != RECEIPT}  # a learner can't bring their own
    receipt = key.sign(
        Receipt(
            id=new_id,
            learner=waiting.learner,
            lesson=lesson_of(waiting.edition),
            edition=waiting.edition,
            submission=waiting.name,
            handed_in=now,
            via="jupyterlab",
            files=hash_files(files),
        )
    )
    return Taken(replace(waiting, receipt=receipt, handed_in=now), files, receipt, fault)


def _from_site(path: Path, key: PublicKey | None) -> Waiting:
    unclaimed = Waiting(path, path.name, None, _edition_in(path.name), "page")
    try:
        receipt = _read_receipt(path, key)
    except ReceiptError as error:
        return replace(unclaimed, fault=error)
    expected = f"{folder_of(receipt.learner)}+{receipt.edition}+"
    if path.name != receipt.submission or not path.name.startswith(expected):
        return replace(unclaimed, fault=ReceiptError(N_("Tên thư mục bài nộp không khớp với biên nhận.")))
    return Waiting(path, path.name, receipt.learner, receipt.edition, "page", receipt, receipt.handed_in)


def _read_receipt(path: Path, key: PublicKey | None) -> Receipt:
    try:
        handle = os.open(path / RECEIPT, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            record = json.loads(file.read(MAX_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise ReceiptError(
            N_("Bài nộp không có biên nhận của trang học nên không biết là của ai.")
        ) from error
    if key is None:
        raise ReceiptError(N_("Chữ ký trên biên nhận của bài nộp không đúng."))
    return check_signature(record, key)


def _from_labs(places: Places) -> Iterator[Waiting]:
    for lab in _folders(places.labs):
        learner = nfc(learner_of(lab.name))
        # the learner's JupyterLab may write in here: a link instead of the folder would lead elsewhere
        inbound = lab / "inbound"
        if inbound.is_symlink():
            continue
        for path in _folders(inbound)[:MOST_AT_ONCE]:
            if _is_complete(path):
                yield Waiting(path, path.name, learner, _edition_in(path.name), "jupyterlab")


def _is_complete(path: Path) -> bool:
    """nbgrader copies file by file and writes the time last; before that the folder is still being filled."""
    return os.path.lexists(path / "timestamp.txt")


def _edition_in(name: str) -> str:
    """The edition that nbgrader's folder name tells; empty when it tells none."""
    parts = name.rsplit("+", 3) if name.count("+") > 2 else name.rsplit("+", 2)  # noqa: PLR2004
    try:
        return check_edition(parts[1])
    except (IndexError, AnswerError):
        return ""


def _folders(folder: Path) -> list[Path]:
    """The folders in ``folder`` by name, without links and hidden ones; none when there is no ``folder``."""
    try:
        with os.scandir(folder) as entries:
            found = [e.name for e in entries if e.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in sorted(found) if not name.startswith(".")]
