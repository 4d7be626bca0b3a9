"""What leaves the issuer's zone: documents for everyone, and each holder's list of certificates.

Published are the issuer's public key, the signed status list and the hashes of the PDFs: no name, no learner.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hocvuso.certificates import files, linked_data, status
from hocvuso.certificates.credential import Proof, StatusBits, StatusList
from hocvuso.places import folder_of

if TYPE_CHECKING:
    from pathlib import Path

    from hocvuso.certificates.issuer import IssuerProfile, Signer
    from hocvuso.certificates.register import Register
    from hocvuso.places import Places

ISSUER = "issuer.json"
STATUS_LIST = "status-1.json"
PDF_HASHES = "pdf-hashes.json"
STATUS_PAGE = f"phat-hanh/{STATUS_LIST}"


def publish(places: Places, register: Register, signer: Signer, profile: IssuerProfile, at: str) -> None:
    """Bring ``var/published`` to the state of the register; the status list first, it protects others."""
    with files.locked(places.issuer / "publish.lock", wait=True):
        folder = places.published
        address = register.setting("status_list") or profile.page(STATUS_PAGE)
        revoked = register.revoked_indexes()
        files.write(folder / STATUS_LIST, _status_list(address, revoked, signer, at).file(), files.PUBLIC)
        _write_json(folder / PDF_HASHES, register.pdf_hashes(), files.PUBLIC)
        since = register.setting("since") or at
        _write_json(folder / ISSUER, _issuer_document(signer, profile, since, address), files.PUBLIC)


def write_index(places: Places, register: Register, learner: str) -> None:
    """Bring the learner's ``index.json`` to the state of the register."""
    with files.locked(places.issuer / "publish.lock", wait=True):
        path = index_path(places, learner)
        listed = [
            {"number": entry.number, "name": entry.title, "date": entry.issued[:10], "state": entry.state}
            for entry in register.entries(learner)
        ]
        data = _json(listed)
        if not path.is_file() or path.read_bytes() != data:
            files.write(path, data, files.HOLDERS)


def index_path(places: Places, learner: str) -> Path:
    """Where the learner's list of certificates lies."""
    return places.certificates / folder_of(learner) / "index.json"


def file_path(places: Places, learner: str, number: str, kind: str) -> Path:
    """Where a certificate's ``json`` or ``pdf`` lies."""
    return places.certificates / folder_of(learner) / f"{number}.{kind}"


def _status_list(address: str, revoked: list[int], signer: Signer, at: str) -> StatusList:
    bits = StatusBits(id=f"{address}#list", encoded=status.encode(revoked))
    unsigned = StatusList(id=address, issuer=signer.did, valid_from=at, subject=bits)
    value = linked_data.sign(unsigned.unsigned(), signer.key, signer.verification_method, at)
    proof = Proof(created=at, verification_method=signer.verification_method, value=value)
    return unsigned.model_copy(update={"proof": proof})


def _issuer_document(signer: Signer, profile: IssuerProfile, since: str, address: str) -> dict[str, object]:
    key = {
        "id": signer.verification_method,
        "controller": signer.did,
        "type": "Multikey",
        "publicKeyMultibase": signer.public_key,
        "validFrom": since,
    }
    return {
        "format": 1,
        "id": signer.did,
        "name": profile.name,
        "demonstration": profile.demonstration,
        "keys": [key],
        "statusList": address,
    }


def _write_json(path: Path, content: object, mode: int) -> None:
    files.write(path, _json(content), mode)


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
