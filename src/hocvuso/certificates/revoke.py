"""Takes a certificate back: the bit in the status list, the reason in the register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hocvuso.certificates.issue import moment, open_signer
from hocvuso.certificates.issuer import IssuerProfile
from hocvuso.certificates.publish import publish, write_index
from hocvuso.certificates.register import Register
from hocvuso.errors import CertificateError
from hocvuso.language import N_, nfc

if TYPE_CHECKING:
    from datetime import datetime

    from hocvuso.places import Places


@dataclass(frozen=True, slots=True)
class Revocation:
    """The outcome: ``already`` if it had been revoked before, and then nothing but publishing happened."""

    number: str
    learner: str
    already: bool


def revoke(
    places: Places, number: str, reason: str, now: datetime, *, profile: IssuerProfile | None = None
) -> Revocation:
    """Revoke certificate ``number``; ``reason`` stays in the issuer's register and is not published.

    Publishes in any case, so a crash between register and publishing is mended by doing it again. Raises
    CertificateError for an unknown number and for an empty reason.
    """
    number, reason = number.strip().upper(), nfc(" ".join(reason.split()))
    if not reason:
        raise CertificateError(N_("Hãy ghi lý do thu hồi: sổ chứng nhận giữ lại lý do này."))
    path = places.issuer / "register.db"
    if not path.is_file():
        raise CertificateError(N_("Không có chứng nhận số {number}."), number=number)
    profile = profile or IssuerProfile.from_environment()
    with Register(path) as register:
        signer = open_signer(places, register, profile, at=None)
        with register.change():
            entry = register.find(number)
            if entry is None:
                raise CertificateError(N_("Không có chứng nhận số {number}."), number=number)
            already = entry.state == "revoked"
            if not already:
                register.revoke(number, reason, moment(now))
                register.log(moment(now), "revoke", number, reason=reason)
        publish(places, register, signer, profile, moment(now))
        write_index(places, register, entry.learner)
    return Revocation(number, entry.learner, already)
