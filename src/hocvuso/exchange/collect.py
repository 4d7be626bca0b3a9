"""What waits to be graded, and who it is from.

Two ways in. ``inbound/``: the site put it there with a signed receipt, which says who, and whether they handed in on
a page or from JupyterLab. ``labs/<learner>/inbound/``: nbgrader's own exchange put it there, where an installation has
one; the folder says who, whatever file names and contents claim, and the receipt is made here, with the time of
collection.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from hocvuso.errors import AnswerError, ReceiptError, SubmissionError
from hocvuso.exchange.answers import check_edition
from hocvuso.exchange.folders import (
    MAX_BYTES,
    is_theirs,
    list_folders,
    opened,
    read_owned,
    remove_folder,
    sweep_folder,
)
from hocvuso.exchange.receipts import (
    RECEIPT,
    PublicKey,
    Receipt,
    SiteKey,
    canonical,
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
MOST_AT_ONCE = 50  # of one learner's JupyterLab; the rest waits for the next round, behind everybody else's


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission that waits: where it lies (``steps`` below ``root``) and what is known without opening it.

    Whose it is says a JupyterLab's folder; a site's submission says it when `take_in` has read and checked the
    receipt with ``signer``. ``learner`` is None before that, and stays so when nobody signed for it; so does
    ``handed_in``. ``via`` says by which of the two ways it came here: ``page`` is all that the site signed for.
    """

    root: Path
    steps: tuple[str, ...]
    learner: str | None
    edition: str
    via: Via
    signer: PublicKey | None = field(default=None, repr=False)
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

    @property
    def whose(self) -> str:
        """Learner and edition as the folder tells them; while one is graded no other of the same is."""
        if self.via == "jupyterlab":
            return f"{self.steps[0]}+{self.edition}"
        return self.steps[-1].rsplit("+", 2)[0]

    def is_there(self) -> bool:
        """Whether it still waits: another grader may have taken it."""
        try:
            with opened(self.root, *self.steps[:-1]) as folder:
                os.stat(self.steps[-1], dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        except OSError as error:
            if not is_theirs(error):
                raise
        return True

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
    """A submission that was taken in: its files as they came, or the reason why they can't be used.

    ``ours``: everything in the folder belongs to the grader's own user, so that nobody else can change it.
    """

    waiting: Waiting
    files: Mapping[str, bytes]
    receipt: Receipt | None
    fault: SubmissionError | ReceiptError | None = None
    ours: bool = False


def find_waiting(places: Places, lesson: str | None = None, *, labs: bool = True) -> Iterator[Waiting]:
    """Everything that waits, the site's first in the order of the times in their names, then the JupyterLabs'.

    Only names are held, however many there are. ``labs=False`` leaves the JupyterLabs' out: with thousands of
    learners it takes a while to look into each.
    """
    for waiting in chain(_from_site(places), _from_labs(places.labs) if labs else ()):
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
    fault: SubmissionError | ReceiptError | None = None
    files: Mapping[str, bytes] = {}
    owners: set[int] = set()
    try:
        found, owners = read_owned(waiting.root, *waiting.steps)
        files = _usable(found, waiting.edition)
    except SubmissionError as error:
        fault = error
    if waiting.via == "page":
        return _from_signer(waiting, files, fault, ours=owners == {os.geteuid()})
    assert waiting.learner is not None  # noqa: S101  (a lab's folder says who)
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


def _from_signer(
    waiting: Waiting, files: Mapping[str, bytes], fault: SubmissionError | ReceiptError | None, *, ours: bool
) -> Taken:
    """A site's submission under the name that its receipt tells; under none when the receipt does not hold."""
    try:
        receipt = _receipt_in(waiting, files)
    except ReceiptError as error:
        return Taken(replace(waiting, fault=error), files, None, error)
    known = replace(
        waiting,
        learner=receipt.learner,
        edition=receipt.edition,
        receipt=receipt,
        handed_in=receipt.handed_in,
    )
    try:
        if fault is None:
            check_files(receipt, files)
    except ReceiptError as error:
        fault = error
    return Taken(known, files, receipt, fault, ours=ours and fault is None)


def _receipt_in(waiting: Waiting, files: Mapping[str, bytes]) -> Receipt:
    # what can't be read as a folder of files may still hold a receipt
    data = files.get(RECEIPT) if files else _read_receipt(waiting)
    if data is None:
        raise _unsigned()
    try:
        record = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _unsigned() from error
    if waiting.signer is None:
        raise ReceiptError(N_("Chữ ký trên biên nhận của bài nộp không đúng."))
    receipt = check_signature(record, waiting.signer)
    name = waiting.steps[-1]
    if name != receipt.submission or not name.startswith(f"{folder_of(receipt.learner)}+{receipt.edition}+"):
        raise ReceiptError(N_("Tên thư mục bài nộp không khớp với biên nhận."))
    return receipt


def _unsigned() -> ReceiptError:
    return ReceiptError(N_("Bài nộp không có biên nhận của trang học nên không biết là của ai."))


def hash_submission(files: Mapping[str, bytes]) -> str:
    """One hash over all files that were handed in."""
    return hashlib.sha256(canonical(hash_files(files))).hexdigest()


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


def _from_site(places: Places) -> Iterator[Waiting]:
    names = list_folders(places.inbound) if places.inbound.is_dir() else []
    names.sort(key=_time_in)
    names.reverse()  # so that what has been given away is not held
    signer = PublicKey.load(places.site_keys)
    while names:
        name = names.pop()
        yield Waiting(places.inbound, (name,), None, _edition_in(name), "page", signer)


def _time_in(name: str) -> tuple[str, str]:
    """When it was handed in, as nbgrader's folder name tells it; the receipt vouches for the name."""
    parts = name.rsplit("+", 2)
    return parts[-2] if len(parts) > 1 else "", name


def _read_receipt(waiting: Waiting) -> bytes | None:
    """The receipt of a folder that is not as it should be; None when there is none that can be read."""
    try:
        with opened(waiting.root, *waiting.steps) as folder:
            handle = os.open(
                RECEIPT, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder
            )
        with os.fdopen(handle, "rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        if isinstance(error, FileNotFoundError) or is_theirs(error) or error.errno == errno.EISDIR:
            return None
        raise


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
