"""Says in one sentence what a certificate file is worth.

Needs only what the issuer publishes (``var/published``), no key, no register, no network. A file is data
from a stranger: whatever it holds, the outcome is a verdict.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from babel.dates import format_date

from hocvuso.certificates import linked_data, status
from hocvuso.certificates.attachment import read_attachment
from hocvuso.certificates.credential import Credential, StatusList
from hocvuso.certificates.publish import ISSUER, PDF_HASHES, STATUS_LIST
from hocvuso.language import N_, get_language

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LARGEST = 5 * 1024 * 1024
LARGEST_CREDENTIAL = 256 * 1024

Kind = Literal["valid", "altered", "revoked", "unknown-issuer", "unreadable"]

_REFUSALS: dict[str, str] = {
    "altered": N_("Tệp này đã bị sửa sau khi cấp: đừng tin nội dung của tệp."),
    "unknown-issuer": N_(
        "Chứng nhận này không do nền tảng này cấp nên ở đây không xác minh được: hãy hỏi nơi đã cấp."
    ),
    "unreadable": N_(
        "Không đọc được chứng nhận nào trong tệp này: hãy chọn đúng tệp PDF hoặc JSON đã được cấp."
    ),
}
_TOO_LARGE = N_("Tệp lớn hơn 5 MB nên không phải là chứng nhận của chúng tôi: hãy chọn tệp khác.")
_OTHER_PAPER = N_(
    "Tệp PDF này không phải bản đã cấp: chữ in trên trang có thể đã bị sửa, đừng tin nội dung của tệp."
)

# by (revoked: True, False, None = could not be checked; whether only a PDF's attachment could be checked)
_SENTENCES: dict[tuple[bool | None, bool], str] = {
    (False, False): N_(
        "Chứng nhận số {number} “{certificate}” cấp cho {name} ngày {date} là thật và còn hiệu lực."
    ),
    (False, True): N_(
        "Chứng nhận số {number} “{certificate}” cấp cho {name} ngày {date}, đính kèm trong tệp PDF, là thật "
        "và còn hiệu lực; chỉ xác minh được phần đính kèm này, không xác minh được chữ in trên trang."
    ),
    (None, False): N_(
        "Chứng nhận số {number} “{certificate}” cấp cho {name} ngày {date} là thật, nhưng lúc này "
        "không xác minh được chứng nhận có bị thu hồi hay không; hãy thử lại sau."
    ),
    (None, True): N_(
        "Chứng nhận số {number} “{certificate}” cấp cho {name} ngày {date}, đính kèm trong tệp PDF, là thật; "
        "chỉ xác minh được phần đính kèm này, không xác minh được chữ in trên trang, và không biết "
        "chứng nhận có bị thu hồi hay không."
    ),
    (True, False): N_(
        "Chứng nhận số {number} “{certificate}” cấp cho {name} ngày {date} đã bị thu hồi, không còn hiệu lực."
    ),
    (True, True): N_(
        "Chứng nhận số {number} “{certificate}” cấp cho {name} ngày {date}, đính kèm trong tệp PDF, "
        "đã bị thu hồi, không còn hiệu lực; không xác minh được chữ in trên trang."
    ),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the file is worth: ``sentence`` for people; ``fields`` (signed content only) for a page.

    Fields of a certificate that is valid or revoked: ``number``, ``name``, ``certificate``, ``date`` (ISO),
    ``issuer``, ``revocation`` (``checked`` or ``unknown``), ``checked`` (``credential``, ``pdf``, or
    ``attachment``: a PDF whose printed text could not be compared). All are plain text, to be escaped.
    """

    kind: Kind
    sentence: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Key:
    controller: str
    public: Ed25519PublicKey


def verify_file(data: bytes, published: Path, lang: str = "vi") -> Verdict:
    """The verdict on ``data`` (a certificate's JSON or PDF), with the sentence in ``lang``."""
    if len(data) > LARGEST:
        return Verdict("unreadable", get_language(lang)(_TOO_LARGE))
    is_pdf = b"%PDF-" in data[:1024] and not data.lstrip().startswith(b"{")
    found = read_attachment(data) if is_pdf else data
    kind, credential = _judge(_read_json(found), _read_keys(published))
    if credential is None:
        return Verdict(kind, get_language(lang)(_REFUSALS[kind]))
    printed = _compare_print(data, credential, published) if is_pdf else True
    if printed is False:
        return Verdict("altered", get_language(lang)(_OTHER_PAPER))
    revoked = _is_revoked(credential, published)
    checked = "credential" if not is_pdf else "attachment" if printed is None else "pdf"
    return _tell(credential, revoked, checked, lang)


def knows_number(number: str, published: Path) -> bool:
    """Whether a certificate of that number was ever issued here; says nothing of whom it is or its state."""
    return number.strip().upper() in (_read_published(published / PDF_HASHES) or {})


def _tell(credential: Credential, revoked: bool | None, checked: str, lang: str) -> Verdict:  # noqa: FBT001
    day = date.fromisoformat(credential.awarded[:10])
    fields = {
        "number": credential.subject.number,
        "name": credential.holder,
        "certificate": credential.name,
        "date": day.isoformat(),
        "issuer": credential.issuer.name,
        "revocation": "unknown" if revoked is None else "checked",
        "checked": checked,
    }
    language = get_language(lang)
    form = "dd/MM/yyyy" if language.code == "vi" else "long"
    shown = {**fields, "date": format_date(day, form, locale=language.code)}
    sentence = language(_SENTENCES[revoked, checked == "attachment"], **shown)
    return Verdict("revoked" if revoked else "valid", sentence, fields)


def _judge(document: dict[str, Any] | None, keys: Mapping[str, _Key]) -> tuple[Kind, Credential | None]:
    """The credential if its signature holds; otherwise what is wrong.

    Whatever names our DID or our key but is not exactly what the key signed counts as altered: an added
    property too, since the signature alone would not notice one that no context defines.
    """
    if document is None or not _claims_to_be_certificate(document):
        return "unreadable", None
    issuer = document.get("issuer")
    claimed = {
        _text(issuer.get("id") if isinstance(issuer, dict) else issuer),
        *(_text(p.get("verificationMethod")) for p in _dicts(document.get("proof"))),
    }
    if not claimed & {*keys, *(key.controller for key in keys.values())}:
        return "unknown-issuer", None
    credential = Credential.parse(document)
    if credential is None or credential.proof is None:
        return "altered", None
    key = keys.get(credential.proof.verification_method)
    if key is None or key.controller != credential.issuer.id:
        return "altered", None
    if not linked_data.holds(credential.unsigned(), credential.proof.model_dump(by_alias=True), key.public):
        return "altered", None
    return "valid", credential


def _claims_to_be_certificate(document: dict[str, Any]) -> bool:
    types = document.get("type")
    named = types if isinstance(types, list) else [types]
    return "credentialSubject" in document and "BitstringStatusListCredential" not in named


def _compare_print(data: bytes, credential: Credential, published: Path) -> bool | None:
    """Whether the PDF is the one that was issued; None if no hash of it has been published."""
    hashes = _read_published(published / PDF_HASHES) or {}
    expected = hashes.get(credential.subject.number)
    return None if expected is None else hashlib.sha256(data).hexdigest() == expected


def _is_revoked(credential: Credential, published: Path) -> bool | None:
    """Whether the credential's bit is set; None without a status list that is its issuer's own."""
    listed = StatusList.parse(_read_published(published / STATUS_LIST))
    if listed is None or listed.proof is None or listed.id != credential.status.status_list:
        return None
    key = _read_keys(published).get(listed.proof.verification_method)
    if key is None or not key.controller == listed.issuer == credential.issuer.id:
        return None
    if not linked_data.holds(listed.unsigned(), listed.proof.model_dump(by_alias=True), key.public):
        return None
    index = int(credential.status.index)
    try:
        return status.is_set(status.decode(listed.subject.encoded), index) if index < status.ENTRIES else None
    except ValueError:
        return None


def _read_keys(published: Path) -> dict[str, _Key]:
    """The issuer's published keys by their id. None published: nobody is known, which is the truth then."""
    keys = {}
    for listed in _dicts((_read_published(published / ISSUER) or {}).get("keys")):
        try:
            public = linked_data.read_multibase_key(_text(listed.get("publicKeyMultibase")))
        except ValueError:
            continue
        keys[_text(listed.get("id"))] = _Key(_text(listed.get("controller")), public)
    return keys


def _read_published(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def _read_json(data: bytes | None) -> dict[str, Any] | None:
    """``data`` as a JSON object; None for anything else.

    A member named twice counts as none: readers differ in which one they take, so one file would say two
    things. So do numbers beyond JSON (NaN) and depths that no certificate has.
    """
    if data is None or len(data) > LARGEST_CREDENTIAL:
        return None
    try:
        document = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError(pairs[0][0])
    return members


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _dicts(value: object) -> list[dict[str, Any]]:
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, dict)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
