"""Issues certificates to those who have earned them, from the export of grades.

Running it again issues nothing twice. A crash at any moment leaves no half certificate: both files are on
disk under temporary names before the register's transaction, and get their names after it; what is missing
then, the next run completes from the register (``repair``).
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from typing import TYPE_CHECKING

from hocvuso.certificates import files, linked_data, pdf, status
from hocvuso.certificates.credential import (
    Achievement,
    AlignmentEntry,
    Credential,
    Criteria,
    HolderName,
    Issuer,
    Proof,
    StatusEntry,
    Subject,
)
from hocvuso.certificates.grades import name_fault, read_results
from hocvuso.certificates.issuer import IssuerProfile, Signer
from hocvuso.certificates.publish import STATUS_PAGE, file_path, publish, write_index
from hocvuso.certificates.register import Entry, Register
from hocvuso.errors import CertificateError
from hocvuso.language import N_, nfc

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

    from hocvuso.certificates.grades import Results
    from hocvuso.certificates.rules import Rule
    from hocvuso.places import Places

VIET_NAM = timezone(timedelta(hours=7))  # no summer time since 1975; the date on paper is the local one
ALPHABET = "34679ACDEFGHJKMNPQRTVWXY"  # nothing that is read as another: 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V
UNGUESSABLE: random.Random = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate that a learner holds, as reports name it."""

    learner: str
    number: str


@dataclass(frozen=True, slots=True)
class Renamed(Held):
    """The name on the certificate is not the one in the export any more."""

    printed: str
    now: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A learner who has earned a certificate that can't be issued, and why."""

    learner: str
    certificate: str
    error: CertificateError


@dataclass(slots=True)
class CertifyReport:
    """What one run did, and what a person should look at."""

    issued: list[Held] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    revoked: list[Held] = field(default_factory=list)  # not issued again unless asked to
    renamed: list[Renamed] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    not_yet: int = 0


@dataclass(frozen=True, slots=True)
class _Desk:
    """Everything that a certificate is made with."""

    places: Places
    register: Register
    signer: Signer
    profile: IssuerProfile
    now: datetime
    new_id: Callable[[], uuid.UUID]
    chance: random.Random
    status_list: str

    @property
    def at(self) -> str:
        return moment(self.now)


def certify(  # noqa: PLR0913  each is something that the caller decides
    places: Places,
    export: Path,
    *,
    rules: Sequence[Rule],
    now: datetime,
    new_id: Callable[[], uuid.UUID] = uuid.uuid4,
    chance: random.Random = UNGUESSABLE,
    profile: IssuerProfile | None = None,
    reissue: Collection[str] = (),
    report: Callable[[int, int], object] = lambda _done, _all: None,
) -> CertifyReport:
    """Issue what ``export`` and ``rules`` say is due and not held yet; publish the register's state.

    ``new_id`` gives ids, ``chance`` numbers and places in the status list: both must be unguessable outside
    tests. Learners in ``reissue`` get a new certificate in place of a revoked one. ``report(done, all)`` is
    called for each learner. Raises FileProblemsError for a bad export (nothing is issued) and
    CertificateError when the issuer's key or register doesn't fit, or another run is under way.
    """
    people = read_results(export)
    profile = profile or IssuerProfile.from_environment()
    summary = CertifyReport()
    with files.locked(places.issuer / "certify.lock", wait=False) as free:
        if not free:
            raise CertificateError(N_("Một lượt cấp chứng nhận khác đang chạy; hãy đợi lượt đó xong."))
        with Register(places.issuer / "register.db") as register:
            signer = open_signer(places, register, profile, at=moment(now))
            address = register.setting("status_list") or profile.page(STATUS_PAGE)
            desk = _Desk(places, register, signer, profile, now, new_id, chance, address)
            _check_rules(desk, rules)
            summary.repaired += repair(desk)
            for done, person in enumerate(people, start=1):
                _serve(desk, person, rules, summary, again=person.learner in reissue)
                report(done, len(people))
            publish(places, register, desk.signer, profile, desk.at)
    return summary


def moment(now: datetime) -> str:
    """``now`` as credentials write it, in Viet Nam's time; ValueError without a time zone."""
    if now.tzinfo is None:
        raise ValueError(now)
    return now.astimezone(VIET_NAM).isoformat(timespec="seconds")


def open_signer(places: Places, register: Register, profile: IssuerProfile, *, at: str | None) -> Signer:
    """The register's own signer; with ``at`` (a moment) a new register gets a new key.

    A register and its key belong together: were another key taken silently, certificates of one register
    would have two issuers, and the published key would make the older ones look forged.
    """
    signer = Signer.load(places.issuer, profile.did)
    known = register.setting("public_key")
    if known is None and at is not None:
        signer = signer or Signer.make(places.issuer, profile.did)
        with register.change():
            register.fix_setting("public_key", signer.public_key)
            register.fix_setting("did", signer.did)
            register.fix_setting("since", at)
            register.fix_setting("status_list", profile.page(STATUS_PAGE))
            register.log(at, "open", did=signer.did)
        return signer
    if signer is None or signer.public_key != known:
        raise CertificateError(
            N_("Thư mục {path} không có khóa đã mở sổ chứng nhận; hãy khôi phục key.pem từ bản sao lưu."),
            path=places.issuer,
        )
    if signer.did != register.setting("did"):
        raise CertificateError(
            N_("Sổ chứng nhận này đã dùng định danh {old}; không đổi sang {new} được."),
            old=register.setting("did"),
            new=signer.did,
        )
    return signer


def repair(desk: _Desk) -> list[str]:
    """Complete what a crash left undone; the numbers of certificates whose files were made whole."""
    mended, learners, known = [], set(), set()
    for number, learner in desk.register.holders():
        learners.add(learner)
        known.add(number)
        paths = [file_path(desk.places, learner, number, kind) for kind in ("json", "pdf")]
        if not all(path.is_file() for path in paths):
            entry = desk.register.find(number)
            if entry is not None:
                _restore(desk, entry)
                mended.append(number)
    for part in desk.places.certificates.glob("*/.HVS-*.part"):
        part.unlink(missing_ok=True)
    for learner in learners:
        write_index(desk.places, desk.register, learner)
    return mended


def _check_rules(desk: _Desk, rules: Iterable[Rule]) -> None:
    """One version of a rule asks the same for ever, or a certificate would not say what was done for it."""
    for rule in rules:
        known = desk.register.demands(rule.id, rule.version)
        if known is None:
            with desk.register.change():
                desk.register.fix_demands(rule.id, rule.version, rule.demands())
        elif known != rule.demands():
            raise CertificateError(
                N_(
                    "Yêu cầu của chứng nhận {id} bản {version} đã bị sửa; hãy tăng số bản thay vì sửa bản cũ."
                ),
                id=rule.id,
                version=rule.version,
            )


def _serve(
    desk: _Desk, person: Results, rules: Iterable[Rule], summary: CertifyReport, *, again: bool
) -> None:
    entries = desk.register.entries(person.learner)
    for entry in entries:
        if entry.state == "issued" and entry.name != person.name:
            summary.renamed.append(Renamed(person.learner, entry.number, entry.name, person.name))
    issued = len(summary.issued)
    for rule in rules:
        mine = [e for e in entries if (e.certificate, e.version) == (rule.id, rule.version)]
        valid = [Held(person.learner, e.number) for e in mine if e.state == "issued"]
        if valid:
            summary.held += valid
        elif not _earned(person, rule):
            summary.not_yet += 1
        elif mine and not again:
            summary.revoked.append(Held(person.learner, mine[-1].number))
        elif name_fault(person):
            error = CertificateError(N_("Người học này chưa có họ tên, hoặc họ tên quá dài hay có ký tự ẩn."))
            summary.refused.append(Refused(person.learner, rule.id, error))
        else:
            _issue(desk, person, rule, summary)
    if len(summary.issued) > issued:
        write_index(desk.places, desk.register, person.learner)


def _earned(person: Results, rule: Rule) -> bool:
    return all(person.best.get(lesson.id, -1) >= Fraction(lesson.pass_ratio) for lesson in rule.lessons)


def _issue(desk: _Desk, person: Results, rule: Rule, summary: CertifyReport) -> None:
    number, index = _draw(desk)
    credential = _credential(desk, person.name, rule, number, index)
    printed = _printed(desk, person.name, rule, number)
    try:
        paper = pdf.render(printed, credential.file(), datetime.fromisoformat(desk.at))
    except CertificateError as error:
        summary.refused.append(Refused(person.learner, rule.id, error))
        return
    entry = Entry(
        number=number,
        credential_id=credential.id,
        learner=person.learner,
        name=person.name,
        certificate=rule.id,
        version=rule.version,
        title=rule.name,
        issued=desk.at,
        status_index=index,
        credential=credential.file().decode(),
        printed=printed.text(),
        pdf_sha256=hashlib.sha256(paper).hexdigest(),
    )
    contents = {"json": credential.file(), "pdf": paper}
    paths = {kind: file_path(desk.places, person.learner, number, kind) for kind in contents}
    for kind, path in paths.items():
        files.write_part(path, contents[kind], files.HOLDERS)
    with desk.register.change():
        desk.register.add(entry)
        desk.register.log(desk.at, "issue", number, certificate=rule.id, version=rule.version)
    for path in paths.values():
        files.finish(path)
    summary.issued.append(Held(person.learner, number))


def _restore(desk: _Desk, entry: Entry) -> None:
    """Make missing files again. The PDF is the same to the byte, unless typst was changed in between."""
    credential = entry.credential.encode()
    document, paper = (file_path(desk.places, entry.learner, entry.number, kind) for kind in ("json", "pdf"))
    if not document.is_file():
        files.write(document, credential, files.HOLDERS)
    if paper.is_file():
        return
    made = pdf.render(pdf.Printed.read(entry.printed), credential, datetime.fromisoformat(entry.issued))
    sha256 = hashlib.sha256(made).hexdigest()
    if sha256 != entry.pdf_sha256:
        with desk.register.change():
            desk.register.replace_pdf(entry.number, sha256)
            desk.register.log(desk.at, "reprint", entry.number, sha256=sha256)
    files.write(paper, made, files.HOLDERS)


def _draw(desk: _Desk) -> tuple[str, int]:
    """A number and a place in the status list that nobody has."""
    year = desk.now.astimezone(VIET_NAM).year
    for _ in range(100_000):
        letters = "".join(desk.chance.choices(ALPHABET, k=8))
        number, index = f"HVS-{year}-{letters[:4]}-{letters[4:]}", desk.chance.randrange(status.ENTRIES)
        if not desk.register.takes(number=number, status_index=index):
            return number, index
    raise CertificateError(N_("Danh sách trạng thái đã đầy: không cấp thêm chứng nhận được."))


def _credential(desk: _Desk, name: str, rule: Rule, number: str, index: int) -> Credential:
    unsigned = Credential(
        id=f"urn:uuid:{desk.new_id()}",
        name=rule.name,
        issuer=Issuer(id=desk.signer.did, name=desk.profile.name),
        valid_from=desk.at,
        awarded=desk.at,
        subject=Subject(
            id=f"urn:uuid:{desk.new_id()}",
            identifier=[HolderName(name=nfc(name))],
            number=number,
            achievement=_achievement(desk, rule),
        ),
        status=StatusEntry(id=f"{desk.status_list}#{index}", index=str(index), status_list=desk.status_list),
    )
    method = desk.signer.verification_method
    value = linked_data.sign(unsigned.unsigned(), desk.signer.key, method, desk.at)
    return unsigned.model_copy(
        update={"proof": Proof(created=desk.at, verification_method=method, value=value)}
    )


def _achievement(desk: _Desk, rule: Rule) -> Achievement:
    asked = "; ".join(lesson.title for lesson in rule.lessons)
    alignment = [
        AlignmentEntry(
            target_name=goal.target_name,
            target_url=goal.target_url,
            target_code=goal.target_code,
            target_framework=goal.target_framework,
        )
        for goal in rule.alignment
    ]
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{desk.signer.did}#{rule.id}-{rule.version}")
    return Achievement(
        id=f"urn:uuid:{identity}",
        name=rule.name,
        description=rule.description,
        # Vietnamese on purpose: part of a signed Vietnamese document, the same for every reader
        criteria=Criteria(narrative=f"{rule.criteria} Các bài học: {asked}."),
        version=str(rule.version),
        alignment=alignment or None,
    )


def _printed(desk: _Desk, name: str, rule: Rule, number: str) -> pdf.Printed:
    return pdf.Printed(
        issuer=desk.profile.name,
        demonstration=desk.profile.demonstration,
        holder=nfc(name),
        title=rule.name,
        title_en=rule.name_en,
        description=rule.description,
        criteria=rule.criteria,
        lessons=tuple(lesson.title for lesson in rule.lessons),
        date=desk.at[:10],
        number=number,
        check=desk.profile.page(f"xac-minh?so={number}"),
    )
