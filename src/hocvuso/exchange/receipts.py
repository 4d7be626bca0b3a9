"""Receipts: the signed word of the one who took a submission in on what was handed in, by whom and when.

A receipt is JSON (`Receipt.record`), signed with Ed25519 over its canonical form (RFC 8785) without the
signature. Anyone with the public key can check it against the files.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from hocvuso.durable import place_once
from hocvuso.errors import ReceiptError, SetupError
from hocvuso.exchange.folders import read_folder
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

RECEIPT = "receipt.json"
Via = Literal["page", "jupyterlab"]


class Receipt(BaseModel):
    """What was handed in. ``files`` are SHA-256 hashes by file name; ``handed_in`` is the server's time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    id: str
    learner: str
    lesson: str
    edition: str
    submission: str
    handed_in: AwareDatetime
    via: Via
    files: dict[str, str]
    key: str = ""
    signature: str = ""

    def record(self) -> dict[str, Any]:
        """The receipt as JSON, the form that is signed, stored and shown."""
        return self.model_dump(mode="json")

    def signed_bytes(self) -> bytes:
        """What the signature covers: everything but itself."""
        return canonical(self.model_dump(mode="json", exclude={"signature"}))


class PublicKey:
    """The half of a site key that checks receipts."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self.id = hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]

    @classmethod
    def load(cls, folder: Path) -> PublicKey | None:
        """The public key in ``folder``; None when nobody has made one yet."""
        try:
            text = (folder / "receipts.pub").read_text("ascii")
            return cls(Ed25519PublicKey.from_public_bytes(bytes.fromhex(text)))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise _damaged(folder / "receipts.pub") from error

    def holds(self, receipt: Receipt) -> bool:
        """Whether the signature on ``receipt`` was made with the private half."""
        try:
            self._key.verify(base64.urlsafe_b64decode(receipt.signature), receipt.signed_bytes())
        except (InvalidSignature, ValueError):
            return False
        return True


class SiteKey:
    """A private key for receipts; ``public`` is what others need to check them."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    @classmethod
    def load_or_make(cls, folder: Path) -> Self:
        """The key in ``folder``, made on the first call; two processes at once agree on one key."""
        path = folder / "receipts.key"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            place_once(path, Ed25519PrivateKey.generate().private_bytes_raw().hex().encode(), mode=0o600)
        try:
            key = cls(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text("ascii"))))
        except ValueError as error:
            raise _damaged(path) from error
        place_once(
            folder / "receipts.pub", key._key.public_key().public_bytes_raw().hex().encode(), mode=0o644
        )
        return key

    def sign(self, receipt: Receipt) -> Receipt:
        """``receipt`` with this key's id and signature."""
        named = receipt.model_copy(update={"key": self.public.id, "signature": ""})
        signature = base64.urlsafe_b64encode(self._key.sign(named.signed_bytes())).decode("ascii")
        return named.model_copy(update={"signature": signature})


def canonical(record: Mapping[str, Any]) -> bytes:
    """``record`` in the canonical form of RFC 8785."""
    if _is_plain(record):
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8")
    return rfc8785.dumps(dict(record))


def _is_plain(record: Mapping[str, Any]) -> bool:
    """Whether the standard library writes ``record`` in canonical form too, at a tenth of the cost.

    It sorts by code points and the RFC by UTF-16 units, which is the same below the surrogates; and only numbers with
    a point or beyond 2^53 could be written in another way.
    """
    return all(
        max(key, default="") < "\ud800"
        and (
            isinstance(value, str)
            or (type(value) is int and abs(value) < 2**53)
            or (isinstance(value, dict) and _is_plain(value))
        )
        for key, value in record.items()
    )


def hash_files(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each file, in the order of their names; a receipt does not hash itself."""
    return {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files) if name != RECEIPT}


def check(record: object, key: PublicKey, folder: Path) -> Receipt:
    """The receipt in ``record`` when ``key`` signed it and exactly the files in ``folder``.

    Raises ReceiptError, or SubmissionError when the folder holds anything but files.
    """
    receipt = check_signature(record, key)
    check_files(receipt, read_folder(folder))
    return receipt


def check_files(receipt: Receipt, files: Mapping[str, bytes]) -> None:
    """Raise ReceiptError unless ``files`` are exactly those of ``receipt``."""
    if hash_files(files) != receipt.files:
        raise ReceiptError(N_("Bài nộp đã bị thay đổi sau khi nộp: nội dung không khớp với biên nhận."))


def check_signature(record: object, key: PublicKey) -> Receipt:
    """The receipt in ``record`` when ``key`` signed it; says nothing about any file."""
    try:
        receipt = Receipt.model_validate(record)
    except ValidationError as error:
        raise ReceiptError(N_("Biên nhận của bài nộp không đọc được.")) from error
    if not key.holds(receipt):
        raise ReceiptError(N_("Chữ ký trên biên nhận của bài nộp không đúng."))
    return receipt


def _damaged(path: Path) -> SetupError:
    return SetupError(N_("Tệp khóa {path} bị hỏng: hãy khôi phục từ bản sao lưu."), path=path)
