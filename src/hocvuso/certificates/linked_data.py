"""Signs and checks linked data with the proof ``eddsa-rdfc-2022`` (W3C VC Data Integrity EdDSA, 3.2).

What is signed is the RDF meaning of a document, so two things are fixed here: the contexts that give terms
their meaning are files on this machine, pinned by their SHA-256, and nothing is fetched, ever. JSON-LD drops
properties that no context defines; a document must therefore be compared with a closed model before it comes
here (``credential``), or additions to it would go unnoticed.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import base58
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyld import jsonld

from hocvuso.errors import CertificateError
from hocvuso.language import N_

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

_PINNED = {
    CREDENTIALS: (
        "credentials-v2.json",
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    ),
    OPEN_BADGES: (
        "ob-v3p0-context-3.0.3.json",
        "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
    ),
}
_ED25519 = b"\xed\x01"  # multicodec ed25519-pub
_PYLD = Lock()  # its cache of contexts is shared by all threads and has no lock of its own


def multibase_key(key: Ed25519PublicKey) -> str:
    """The public key as Multikey text (``z6Mk…``)."""
    return "z" + base58.b58encode(_ED25519 + key.public_bytes_raw()).decode("ascii")


def read_multibase_key(text: str) -> Ed25519PublicKey:
    """The public key that ``multibase_key`` wrote; ValueError for anything else."""
    raw = base58.b58decode(text[1:])
    if not text.startswith("z") or not raw.startswith(_ED25519):
        raise ValueError(text)
    return Ed25519PublicKey.from_public_bytes(raw[len(_ED25519) :])


def sign(document: dict[str, Any], key: Ed25519PrivateKey, verification_method: str, created: str) -> str:
    """The ``proofValue`` of ``document`` (without proof)."""
    return "z" + base58.b58encode(key.sign(_hash(document, verification_method, created))).decode("ascii")


def proof(value: str, verification_method: str, created: str) -> dict[str, str]:
    """The ``proof`` member that carries ``value``."""
    return {**_options(verification_method, created), "proofValue": value}


def holds(document: dict[str, Any], stated: dict[str, str], key: Ed25519PublicKey) -> bool:
    """Whether ``stated``, a proof of our shape, is ``key``'s signature of ``document`` (without proof)."""
    try:
        signature = base58.b58decode(stated["proofValue"][1:])
        key.verify(signature, _hash(document, stated["verificationMethod"], stated["created"]))
    except (ValueError, InvalidSignature, jsonld.JsonLdError):
        return False
    return True


def _options(verification_method: str, created: str) -> dict[str, str]:
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": created,
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
    }


def _hash(document: dict[str, Any], verification_method: str, created: str) -> bytes:
    options = {"@context": document["@context"], **_options(verification_method, created)}
    return hashlib.sha256(_canonical(options)).digest() + hashlib.sha256(_canonical(document)).digest()


def _canonical(document: dict[str, Any]) -> bytes:
    """Canonical N-Quads: URDNA2015's equal RDFC-1.0's as long as no text has control characters."""
    for address in _PINNED:
        _context(address)  # a damaged installation is told here, not taken for a bad signature
    with _PYLD:
        quads = jsonld.normalize(
            document, {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load}
        )
    return str(quads).encode()


def _load(address: str, _options: object = None) -> dict[str, object]:
    return {
        "contextUrl": None,
        "documentUrl": address,
        "contentType": "application/ld+json",
        "tag": "static",  # lets PyLD keep the resolved context
        "document": _context(address),
    }


@cache
def _context(address: str) -> Any:  # JSON, only ever handed to PyLD
    if address not in _PINNED:
        raise CertificateError(N_("Từ chối ngữ cảnh JSON-LD lạ: {address}"), address=address)
    name, expected = _PINNED[address]
    data = (_contexts() / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != expected:
        raise CertificateError(
            N_("Tệp ngữ cảnh JSON-LD {name} không đúng bản đã định; hãy cài lại các thư viện."), name=name
        )
    return json.loads(data)


@cache
def _contexts() -> Path:
    """Where openbadgeslib keeps the contexts. Found without importing it: its code has no business here."""
    spec = find_spec("openbadgeslib")
    if spec is None or not spec.submodule_search_locations:
        raise CertificateError(N_("Thiếu thư viện openbadgeslib: hãy chạy lại bước cài đặt (make setup)."))
    return Path(spec.submodule_search_locations[0]) / "ob3" / "contexts"
