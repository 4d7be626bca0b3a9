"""What waits to be graded, and who it is from.

Two ways in. ``inbound/``: the site put it there with a signed receipt; the receipt says who.
``labs/<learner>/inbound/``: a learner's JupyterLab put it there; the folder says who, whatever file names and
contents claim, and the receipt is made here, with the time of collection.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import rfc8785

from hocvuso.errors import AnswerError, ReceiptError, SubmissionError
from hocvuso.exchange.answers import check_edition
from hocvuso.exchange.folders import (
    MAX_BYTES,
    is_theirs,
    list_folders,
    opened,
    read_folder,
    remove_folder,
    sweep_folder,
)
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

SECRET = "submission_secret.txt"  # noqa: S105  (a file's name: what nbgrader names this hand-in's feedback by)
LONGEST_NAME = 200  # bytes; leaves room for an ending within the 255 that a file name may have
log = logging.getLogger("hocvuso.exchange")
MOST_AT_ONCE = 50  # of one learner's JupyterLab; the rest waits for the next round, behind everybody else's


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission that waits: where it lies (``steps`` below ``root``) and who it is from.

    ``learner`` is None when nobody signed for it. ``handed_in`` is None until `take_in` for a JupyterLab's.
    """

    root: Path
    steps: tuple[str, ...]
    learner: str | None
    edition: str
    via: Via
    receipt: Receipt | None = None
    handed_in: datetime | None = None
    fault: ReceiptError | None = None

    @property
    def path(self) -> Path:
        """The folder; for telling it apart from others, not for opening (a step may have become a link)."""
        return self.root.joinpath(*self.steps)

    @property
    def name(self) -> str:
        """The folder's name; a stand-in for one that is too long or unreadable for a log."""
        name = self.steps[-1]
        raw = os.fsencode(name)
        if name.isprintable() and len(raw) <= LONGEST_NAME:
            return name
        return "+".join(["?", self.edition, hashlib.sha256(raw).hexdigest()[:32]])

    def clear(self) -> None:
        """Take the folder away; its owner's rights may keep some of it."""
        remove_folder(self.root, *self.steps)


@dataclass(frozen=True, slots=True)
class Collected:
    """The receipt of an earlier run that took in the same folder: its id, its time, `hash_submission` of the files."""

    receipt: str
    handed_in: datetime
    files: str


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
    signed = list(_from_sites(places.inbound, key))
    signed.sort(key=lambda w: (w.handed_in.timestamp() if w.handed_in else 0.0, w.name))
    for waiting in (*signed, *(_from_labs(places.labs) if labs else ())):
        if lesson is None or lesson in {waiting.edition, lesson_of(waiting.edition)}:
            yield waiting


def sweep(places: Places) -> None:
    """Finish the removals that a crash cut off."""
    sweep_folder(places.inbound)
    for lab in list_folders(places.labs) if places.labs.is_dir() else ():
        sweep_folder(places.labs, lab, "inbound")


def take_in(
    waiting: Waiting, key: SiteKey, now: datetime, new_id: str, before: Collected | None = None
) -> Taken:
    """Read the files and settle the receipt: the site's is checked against them, a JupyterLab's is made.

    ``before`` is what an earlier run, cut off since, made of the same folder: with the same files the receipt is the
    same again. Raises StorageError or OSError when the files can't be read now; the submission waits on.
    """
    fault: SubmissionError | ReceiptError | None = waiting.fault
    files: Mapping[str, bytes] = {}
    try:
        files = _usable(read_folder(waiting.root, *waiting.steps), waiting.edition)
        if waiting.receipt:
            check_files(waiting.receipt, files)
    except (SubmissionError, ReceiptError) as error:
        fault = fault or error
    if waiting.via == "page" or waiting.learner is None:
        return Taken(waiting, files, waiting.receipt, fault)
    files = {name: data for name, data in files.items() if name != RECEIPT}  # a learner can't bring their own
    if before and before.files == hash_submission(files):
        now, new_id = before.handed_in, before.receipt
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


def hash_submission(files: Mapping[str, bytes]) -> str:
    """One hash over all files that were handed in."""
    return hashlib.sha256(rfc8785.dumps(dict(hash_files(files)))).hexdigest()


def _usable(files: Mapping[str, bytes], edition: str) -> Mapping[str, bytes]:
    """``files``, unless one of them needs a folder where a file must be."""
    fixed = {RECEIPT, "answers.json", "timestamp.txt", f"{edition}.ipynb"}
    for name in files:
        if "/" in name and name.split("/")[0] in fixed:
            raise SubmissionError(
                N_("Bài nộp có mục không phải là tệp thường (ví dụ liên kết): {name}."),
                name=name.split("/")[0],
            )
    return files


def _from_sites(inbound: Path, key: PublicKey | None) -> Iterator[Waiting]:
    for name in list_folders(inbound) if inbound.is_dir() else ():
        try:
            yield _from_site(inbound, name, key)
        except OSError as error:  # the machine's fault: the others are graded, this one waits
            log.error("a submission could not be read: %s", error.strerror)  # noqa: TRY400  (the rest may be a name)


def _from_site(inbound: Path, name: str, key: PublicKey | None) -> Waiting:
    unclaimed = Waiting(inbound, (name,), None, _edition_in(name), "page")
    try:
        receipt = _read_receipt(inbound, name, key)
    except ReceiptError as error:
        return replace(unclaimed, fault=error)
    if name != receipt.submission or not name.startswith(f"{folder_of(receipt.learner)}+{receipt.edition}+"):
        return replace(unclaimed, fault=ReceiptError(N_("Tên thư mục bài nộp không khớp với biên nhận.")))
    return Waiting(inbound, (name,), receipt.learner, receipt.edition, "page", receipt, receipt.handed_in)


def _read_receipt(inbound: Path, name: str, key: PublicKey | None) -> Receipt:
    try:
        with opened(inbound, name) as folder:
            handle = os.open(
                RECEIPT, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder
            )
        with os.fdopen(handle, "rb") as file:
            record = json.loads(file.read(MAX_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError) and not is_theirs(error):
            raise
        raise ReceiptError(
            N_("Bài nộp không có biên nhận của trang học nên không biết là của ai.")
        ) from error
    if key is None:
        raise ReceiptError(N_("Chữ ký trên biên nhận của bài nộp không đúng."))
    return check_signature(record, key)


def _from_labs(labs: Path) -> Iterator[Waiting]:
    for lab in list_folders(labs) if labs.is_dir() else ():
        learner = nfc(learner_of(lab))
        # a lab's owner may write in here: no link is followed, and no trick of theirs stops the others
        with suppress(OSError):
            for name in list_folders(labs, lab, "inbound")[:MOST_AT_ONCE]:
                steps = (lab, "inbound", name)
                if _is_complete(labs, steps):
                    yield Waiting(labs, steps, learner, _edition_in(name), "jupyterlab")


def _is_complete(labs: Path, steps: tuple[str, ...]) -> bool:
    """nbgrader copies file by file and writes its secret last; before that the folder is still being filled."""
    with suppress(FileNotFoundError), opened(labs, *steps) as folder:
        return os.stat(SECRET, dir_fd=folder, follow_symlinks=False).st_size > 0
    return False


def _edition_in(name: str) -> str:
    """The edition that nbgrader's folder name tells; empty when it tells none."""
    parts = name.rsplit("+", 3) if name.count("+") > 2 else name.rsplit("+", 2)  # noqa: PLR2004
    try:
        return check_edition(parts[1])
    except (IndexError, AnswerError):
        return ""
