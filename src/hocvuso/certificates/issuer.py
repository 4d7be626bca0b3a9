"""Who issues: name, address, DID and the Ed25519 key.

By default the issuer is a ``did:key``: the identifier *is* the public key, which needs no network and no
domain. ``HOCVUSO_ISSUER_DID`` names another one (``did:web:…``), whose document the operator publishes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from hocvuso.certificates import files, linked_data
from hocvuso.errors import CertificateError
from hocvuso.language import N_, nfc

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Vietnamese on purpose: a name in a signed document, the same for every reader
DEMONSTRATION = "Học vụ số – bản trình diễn"
LOCAL = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class IssuerProfile:
    """How the issuer presents itself; ``public_url`` is the site's address without path.

    A demonstration says so in its name and on every PDF; so does every issuer that was given no name.
    """

    name: str = DEMONSTRATION
    public_url: str = LOCAL
    did: str | None = None
    demonstration: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", nfc(self.name).strip())
        object.__setattr__(self, "public_url", self.public_url.rstrip("/"))
        if self.demonstration and self.name != DEMONSTRATION:
            raise CertificateError(
                N_("Bản trình diễn chỉ được mang tên “{name}”: đừng đặt tên của cơ quan nào."),
                name=DEMONSTRATION,
            )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> IssuerProfile:
        """HOCVUSO_ISSUER_NAME (none: a demonstration), HOCVUSO_ISSUER_DID, HOCVUSO_PUBLIC_URL."""
        name = environ.get("HOCVUSO_ISSUER_NAME", "")
        return cls(
            name=name or DEMONSTRATION,
            public_url=environ.get("HOCVUSO_PUBLIC_URL") or LOCAL,
            did=environ.get("HOCVUSO_ISSUER_DID") or None,
            demonstration=not name,
        )

    def page(self, path: str) -> str:
        """The address of a page of the site."""
        return f"{self.public_url}/services/hoc/{path}"


@dataclass(frozen=True, slots=True)
class Signer:
    """The issuer's key under the issuer's DID."""

    key: Ed25519PrivateKey
    did: str

    @property
    def public_key(self) -> str:
        """The public half as Multikey text."""
        return linked_data.multibase_key(self.key.public_key())

    @property
    def verification_method(self) -> str:
        """The key's own identifier; in a ``did:web`` document it stands under the same fragment."""
        return f"{self.did}#{self.public_key}"

    @classmethod
    def load(cls, folder: Path, did: str | None) -> Signer | None:
        """The signer whose key lies in ``folder``, or None if there is none yet."""
        try:
            key = load_pem_private_key((folder / "key.pem").read_bytes(), password=None)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise CertificateError(
                N_("Không đọc được khóa cấp chứng nhận {path}: {detail}"),
                path=folder / "key.pem",
                detail=type(error).__name__,
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise CertificateError(N_("Khóa {path} không phải Ed25519."), path=folder / "key.pem")
        return cls(key, did or _did_key(key))

    @classmethod
    def make(cls, folder: Path, did: str | None) -> Signer:
        """A new key in ``folder``, readable by the issuer alone."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        files.write(folder / "key.pem", pem, files.SECRET)
        return cls(key, did or _did_key(key))


def _did_key(key: Ed25519PrivateKey) -> str:
    return f"did:key:{linked_data.multibase_key(key.public_key())}"
