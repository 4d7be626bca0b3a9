"""The one shape of credential that this platform issues: Open Badges 3.0 on Verifiable Credentials 2.0.

The models are closed: nothing may be missing, added, null or of another type. Verification relies on it,
because a signature over linked data does not cover what no context defines.

Personal data: the holder's name, in clear, so that a stranger sees whose certificate it is; nothing else.
The subject's id is random for each certificate, so two certificates of one person can't be linked by it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from hocvuso.certificates.linked_data import CREDENTIALS, OPEN_BADGES

if TYPE_CHECKING:
    from collections.abc import Callable

ATTACHMENT = "chung-nhan.json"  # the credential's name inside its PDF
NUMBER = r"^HVS-[0-9]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$"


def _only(*values: str) -> Callable[[list[str]], list[str]]:
    def check(given: list[str]) -> list[str]:
        if given != list(values):
            raise ValueError(values)
        return given

    return check


Urn = Annotated[str, Field(pattern=r"^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Moment = Annotated[
    str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$")
]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Address = Annotated[str, Field(pattern=r"^https?://[!-~]+$", max_length=500)]
Did = Annotated[str, Field(pattern=r"^did:[a-z0-9]+:[!-~]+$", max_length=500)]
Index = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,5})$")]
Encoded = Annotated[str, Field(pattern=r"^u[A-Za-z0-9_-]+$", max_length=60_000)]

BadgeContext = Annotated[list[str], AfterValidator(_only(CREDENTIALS, OPEN_BADGES))]
PlainContext = Annotated[list[str], AfterValidator(_only(CREDENTIALS))]
BadgeTypes = Annotated[list[str], AfterValidator(_only("VerifiableCredential", "OpenBadgeCredential"))]
ListTypes = Annotated[
    list[str], AfterValidator(_only("VerifiableCredential", "BitstringStatusListCredential"))
]
ProfileType = Annotated[list[str], AfterValidator(_only("Profile"))]
AlignmentType = Annotated[list[str], AfterValidator(_only("Alignment"))]
AchievementType = Annotated[list[str], AfterValidator(_only("Achievement"))]
SubjectType = Annotated[list[str], AfterValidator(_only("AchievementSubject"))]


class _Closed(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, validate_by_name=True, validate_by_alias=True
    )


class Issuer(_Closed):
    """Who issued it; ``id`` is the DID that the proof's key belongs to."""

    id: Did
    type: ProfileType = ["Profile"]
    name: Text


class HolderName(_Closed):
    """The holder's name in clear (an IdentityObject that is not hashed)."""

    type: Literal["IdentityObject"] = "IdentityObject"
    hashed: Literal[False] = False
    name: Text = Field(alias="identityHash")
    identity_type: Literal["name"] = Field("name", alias="identityType")


class Criteria(_Closed):
    """What had to be done, in words."""

    narrative: Text


class AlignmentEntry(_Closed):
    """What the achievement corresponds to in a public framework."""

    type: AlignmentType = ["Alignment"]
    target_name: Text = Field(alias="targetName")
    target_url: Address = Field(alias="targetUrl")
    target_code: Text | None = Field(None, alias="targetCode")
    target_framework: Text | None = Field(None, alias="targetFramework")


class Achievement(_Closed):
    """What was achieved; ``id`` is the same for everyone under one version of the rule."""

    id: Urn
    type: AchievementType = ["Achievement"]
    achievement_type: Literal["CertificateOfCompletion"] = Field(
        "CertificateOfCompletion", alias="achievementType"
    )
    name: Text
    description: Text
    criteria: Criteria
    language: Literal["vi"] = Field("vi", alias="inLanguage")
    version: Text
    alignment: list[AlignmentEntry] | None = Field(None, min_length=1, max_length=20)


class Subject(_Closed):
    """The holder, under a random id, with the certificate's number."""

    id: Urn
    type: SubjectType = ["AchievementSubject"]
    identifier: list[HolderName] = Field(min_length=1, max_length=1)
    number: str = Field(alias="licenseNumber", pattern=NUMBER)
    achievement: Achievement


class StatusEntry(_Closed):
    """Which bit of which list says that the certificate was revoked."""

    id: Address
    type: Literal["BitstringStatusListEntry"] = "BitstringStatusListEntry"
    purpose: Literal["revocation"] = Field("revocation", alias="statusPurpose")
    index: Index = Field(alias="statusListIndex")
    status_list: Address = Field(alias="statusListCredential")


class Proof(_Closed):
    """The signature and the key that it claims."""

    type: Literal["DataIntegrityProof"] = "DataIntegrityProof"
    cryptosuite: Literal["eddsa-rdfc-2022"] = "eddsa-rdfc-2022"
    created: Moment
    verification_method: Did = Field(alias="verificationMethod")
    purpose: Literal["assertionMethod"] = Field("assertionMethod", alias="proofPurpose")
    value: str = Field(alias="proofValue", pattern=r"^z[1-9A-HJ-NP-Za-km-z]{80,90}$")


class _Document(_Closed):
    """What credential and status list share: to and from JSON without loss."""

    proof: Proof | None = None

    @classmethod
    def parse(cls, document: object) -> Self | None:
        """``document`` if it is of exactly this shape, else None."""
        try:
            parsed = cls.model_validate(document)
        except ValidationError:
            return None
        # defaults and nulls pass the model although the file differs; JSON-LD would drop a null unseen
        return parsed if parsed.document() == document else None

    def document(self) -> dict[str, Any]:
        """The JSON-LD document, with its proof last."""
        proof = {} if self.proof is None else {"proof": self.proof.model_dump(by_alias=True)}
        return {**self.unsigned(), **proof}

    def unsigned(self) -> dict[str, Any]:
        """The document that the proof speaks about."""
        return self.model_dump(by_alias=True, exclude_none=True, exclude={"proof"})

    def file(self) -> bytes:
        """The document as a file: UTF-8, indented, so that a person can read it."""
        return (json.dumps(self.document(), ensure_ascii=False, indent=2) + "\n").encode()


class Credential(_Document):
    """A certificate."""

    context: BadgeContext = Field([CREDENTIALS, OPEN_BADGES], alias="@context")
    id: Urn
    type: BadgeTypes = ["VerifiableCredential", "OpenBadgeCredential"]
    name: Text
    issuer: Issuer
    valid_from: Moment = Field(alias="validFrom")
    awarded: Moment = Field(alias="awardedDate")
    subject: Subject = Field(alias="credentialSubject")
    status: StatusEntry = Field(alias="credentialStatus")

    @property
    def holder(self) -> str:
        """The holder's name."""
        return self.subject.identifier[0].name


class StatusBits(_Closed):
    """The list itself, compressed (Bitstring Status List 1.0, 2.2)."""

    id: Address
    type: Literal["BitstringStatusList"] = "BitstringStatusList"
    purpose: Literal["revocation"] = Field("revocation", alias="statusPurpose")
    encoded: Encoded = Field(alias="encodedList")


class StatusList(_Document):
    """The credential that carries the bits of all certificates."""

    context: PlainContext = Field([CREDENTIALS], alias="@context")
    id: Address
    type: ListTypes = ["VerifiableCredential", "BitstringStatusListCredential"]
    issuer: Did
    valid_from: Moment = Field(alias="validFrom")
    subject: StatusBits = Field(alias="credentialSubject")
