"""Issuing: to those who earned it, once, whole, and with nothing personal but the name."""

import json
import random
import shutil
import sqlite3
import stat
import unicodedata
import uuid

import pytest
from certificates_class import LESSONS, NOW, PEOPLE, Course, issued_course

from hocvuso.certificates import files, issue
from hocvuso.certificates.credential import Credential
from hocvuso.certificates.issuer import DEMONSTRATION, IssuerProfile
from hocvuso.certificates.publish import index_path
from hocvuso.certificates.register import Register
from hocvuso.certificates.revoke import revoke
from hocvuso.certificates.rules import read_rules
from hocvuso.certificates.verify import verify_file
from hocvuso.errors import CertificateError, HocVuSoError


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def snapshot(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_only_those_who_earned_it(course):
    """Seven of ten in every lesson is enough; less in one, or a lesson that is missing, is not."""
    course.grade({**PEOPLE, "it": "Trần Văn Ít", "thieu": "Lý Thiếu"}, it=6.99)
    rows = course.export.read_text(encoding="utf-8").splitlines()
    course.export.write_text("\n".join(rows[:-1]), encoding="utf-8")
    report = course.certify()
    assert [held.learner for held in report.issued] == list(PEOPLE)
    assert report.not_yet == 2


def test_running_again_changes_nothing(course):
    """A second run issues nothing, and leaves every certificate as it is."""
    course.grade(PEOPLE)
    first = course.certify()
    before = snapshot(course.places.certificates)
    second = course.certify()
    assert second.issued == []
    assert second.held == first.issued
    assert snapshot(course.places.certificates) == before


def test_nothing_personal_but_the_name(course):
    """A credential names its holder and tells neither login, unit, address nor points."""
    course.grade({"hv-0042": PEOPLE["quyen"]}, score=8.75)
    (held,) = course.certify().issued
    text = course.read(held).decode()
    credential = Credential.parse(json.loads(text))
    assert credential.holder == PEOPLE["quyen"]
    for secret in ("hv-0042", "Vụ Thử nghiệm", "example.vn", "8.75"):
        assert secret not in text
    assert credential.awarded == "2026-11-22T01:30:00+07:00"
    assert "bản trình diễn" in credential.issuer.name


def test_published_names_nobody(course):
    """What is published holds no name and no learner; the register is for the issuer alone."""
    course.grade(PEOPLE)
    course.certify()
    text = b"".join(snapshot(course.places.published).values()).decode()
    for secret in (*PEOPLE, *PEOPLE.values()):
        assert secret not in text
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in course.places.issuer.iterdir()}
    assert stat.S_IMODE(course.places.issuer.stat().st_mode) == 0o700
    assert (modes["key.pem"], modes["register.db"]) == (0o600, 0o600)


def test_name_is_composed(course):
    """A name in decomposed Unicode is written in NFC."""
    course.grade({"quyen": unicodedata.normalize("NFD", PEOPLE["quyen"])})
    (held,) = course.certify().issued
    assert Credential.parse(json.loads(course.read(held))).holder == PEOPLE["quyen"]


def test_index_of_the_holder(course):
    """The holder's list names each certificate with number, name, day and state."""
    course.grade({"phuong": PEOPLE["phuong"]})
    (held,) = course.certify().issued
    listed = json.loads(index_path(course.places, "phuong").read_bytes())
    name = read_rules()[0].name
    assert listed == [{"number": held.number, "name": name, "date": "2026-11-22", "state": "issued"}]


def test_strange_logins_stay_in_their_folder(course):
    """A login with slashes or dots leads nowhere else."""
    course.grade({"../../ra-ngoai": "Phạm Ra", ".an": "Đỗ Ẩn"})
    issued = course.certify().issued
    assert len(issued) == 2
    for held in issued:
        path = course.path(held, "pdf")
        assert path.is_file()
        assert path.resolve().parent.parent == course.places.certificates


class Crash(BaseException):
    """Stands for the process dying: nothing in the package catches it."""


@pytest.mark.parametrize("moment", range(22))
def test_crash_leaves_no_half_certificate(course, monkeypatch, moment):
    """Whichever step a crash hits, the next run makes it whole: one certificate each, nothing left over."""
    course.grade(PEOPLE)
    steps = 0

    def watch(original):
        def step(*given, **named):
            nonlocal steps
            steps += 1
            if steps > moment:
                raise Crash
            return original(*given, **named)

        return step

    with Register(course.places.issuer / "register.db") as register:
        issue.open_signer(course.places, register, IssuerProfile(), at=issue.moment(NOW))
    with monkeypatch.context() as patch:
        for owner, name in ((files, "write_part"), (files, "finish"), (Register, "add"), (Register, "log")):
            patch.setattr(owner, name, watch(getattr(owner, name)))
        with pytest.raises(Crash):
            course.certify()
    course.certify()
    for learner in PEOPLE:
        (listed,) = json.loads(index_path(course.places, learner).read_bytes())
        for kind in ("json", "pdf"):
            data = (index_path(course.places, learner).parent / f"{listed['number']}.{kind}").read_bytes()
            verdict = verify_file(data, course.places.published)
            assert (verdict.kind, verdict.fields["name"]) == ("valid", PEOPLE[learner])
    left = {path.suffix for path in course.places.certificates.rglob("*") if path.is_file()}
    assert left == {".json", ".pdf"}
    assert len(list(course.places.certificates.rglob("HVS-*.pdf"))) == len(PEOPLE)


def test_lost_files_come_back(course):
    """A lost folder is made again from the register, byte for byte, and this is reported."""
    course.grade(PEOPLE)
    report = course.certify()
    before = snapshot(course.places.certificates)
    shutil.rmtree(course.path(report.issued[0], "pdf").parent)
    again = course.certify()
    assert again.repaired == [report.issued[0].number]
    assert snapshot(course.places.certificates) == before


def test_changed_template_keeps_the_credential(course, monkeypatch):
    """A lost PDF that can't be made the same is printed anew, and the new one verifies."""
    course.grade({"quyen": PEOPLE["quyen"]})
    (held,) = course.certify().issued
    old, credential = course.read(held, "pdf"), course.read(held)
    course.path(held, "pdf").unlink()
    original = issue.pdf.render
    monkeypatch.setattr(issue.pdf, "render", lambda *given: original(*given) + b"\n% another printer\n")
    course.certify()
    assert course.read(held, "pdf") != old
    assert course.read(held) == credential
    assert verify_file(course.read(held, "pdf"), course.places.published).fields["checked"] == "pdf"
    assert verify_file(old, course.places.published).kind == "altered"


def test_changed_name_is_reported(course):
    """Another name in a later export issues nothing and changes nothing: a person decides."""
    course.grade({"quyen": "Ngo Minh Quyen"})
    (held,) = course.certify().issued
    course.grade({"quyen": PEOPLE["quyen"]})
    report = course.certify()
    assert report.issued == []
    (renamed,) = report.renamed
    assert (renamed.number, renamed.printed, renamed.now) == (held.number, "Ngo Minh Quyen", PEOPLE["quyen"])


def test_revoked_is_not_issued_again_by_itself(course):
    """A revocation is not undone by the next run; asked to, it issues a new number with today's name."""
    course.grade({"quyen": "Ngo Minh Quyen"})
    (held,) = course.certify().issued
    revoke(course.places, held.number, "sai họ tên", NOW, profile=IssuerProfile())
    course.grade({"quyen": PEOPLE["quyen"]})
    report = course.certify()
    assert (report.issued, report.revoked) == ([], [held])
    (new,) = course.certify(reissue={"quyen"}).issued
    assert new.number != held.number
    assert verify_file(course.read(new), course.places.published).fields["name"] == PEOPLE["quyen"]
    assert course.certify(reissue={"quyen"}).issued == []


def changed(rule, **values):
    return [rule.model_copy(update=values)]


def test_version_of_a_rule_is_fixed(course):
    """Other demands under the same version are refused; a new version issues anew, beside the old one."""
    course.grade(PEOPLE)
    course.certify()
    (rule,) = read_rules()
    with pytest.raises(CertificateError, match="tăng số bản"):
        course.certify(rules=changed(rule, lessons=rule.lessons[:2]))
    report = course.certify(rules=changed(rule, lessons=rule.lessons[:2], version=2))
    assert [held.learner for held in report.issued] == list(PEOPLE)
    assert len(json.loads(index_path(course.places, "quyen").read_bytes())) == 2


def test_key_and_register_belong_together(course):
    """Without its key a register issues nothing; another DID is refused, too."""
    course.grade(PEOPLE)
    course.certify()
    with pytest.raises(CertificateError, match="định danh"):
        course.certify(profile=IssuerProfile(did="did:web:hoc.example"))
    (course.places.issuer / "key.pem").unlink()
    with pytest.raises(CertificateError, match="sao lưu"):
        course.certify()
    assert not (course.places.issuer / "key.pem").exists()


def test_own_did(course):
    """An issuer with a did:web signs under it."""
    course.grade(PEOPLE)
    held = course.certify(profile=IssuerProfile(did="did:web:hoc.example")).issued[0]
    credential = Credential.parse(json.loads(course.read(held)))
    assert credential.issuer.id == "did:web:hoc.example"
    assert credential.proof.verification_method.startswith("did:web:hoc.example#z6Mk")
    assert verify_file(course.read(held), course.places.published).kind == "valid"


@pytest.mark.parametrize(
    "content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"]
)
def test_broken_key(course, content):
    """A key file that is no key is told, and is not overwritten."""
    course.grade(PEOPLE)
    course.places.issuer.mkdir(parents=True)
    (course.places.issuer / "key.pem").write_bytes(content)
    with pytest.raises(CertificateError, match=r"key\.pem"):
        course.certify()
    assert (course.places.issuer / "key.pem").read_bytes() == content


def test_demonstration_bears_no_other_name():
    """A demonstration can't call itself by the name of an agency; without a name it is a demonstration."""
    with pytest.raises(CertificateError):
        IssuerProfile(name="Cơ quan Nào đó", demonstration=True)
    assert IssuerProfile.from_environment({}) == IssuerProfile(name=DEMONSTRATION, demonstration=True)
    named = IssuerProfile.from_environment(
        {"HOCVUSO_ISSUER_NAME": "Trung tâm Mẫu", "HOCVUSO_PUBLIC_URL": "https://hoc.example/"}
    )
    assert named == IssuerProfile("Trung tâm Mẫu", "https://hoc.example", None, demonstration=False)


def test_one_run_at_a_time(course):
    """A second run meanwhile is refused and says why."""
    course.grade(PEOPLE)
    with files.locked(course.places.issuer / "certify.lock", wait=False) as free:
        assert free
        with pytest.raises(CertificateError, match="đang chạy"):
            course.certify()


@pytest.mark.parametrize("name", ["", "Ẩn\u202eDanh", "Nguyễn 学"])
def test_one_bad_name_stops_nobody_else(course, name):
    """A name that can't be printed is reported with a reason; the others get their certificates."""
    course.grade({"la": name, **PEOPLE})
    report = course.certify()
    assert [held.learner for held in report.issued] == list(PEOPLE)
    (refused,) = report.refused
    assert refused.learner == "la"
    assert refused.error.tell()


def test_numbers_and_places_are_not_used_twice(course):
    """When chance repeats itself, number and place in the status list are drawn again."""

    class Stuttering(random.Random):
        drawn = 0

        def choices(self, population, *, k):
            self.drawn += 1
            return list(population[self.drawn // 3 :][:k])

        def randrange(self, stop):
            return self.drawn // 4

    course.grade({f"hv{i}": f"Lê Thị Thứ {i}" for i in range(4)})
    course.certify(chance=Stuttering())
    with sqlite3.connect(course.places.issuer / "register.db") as register:
        rows = register.execute("SELECT number, status_index FROM certificates").fetchall()
    register.close()
    assert len({number for number, _ in rows}) == len({place for _, place in rows}) == 4


def test_ids_come_from_outside(course):
    """Ids are the ones handed in, so nothing else of the machine gets into them."""
    given = [uuid.UUID(int=n, version=4) for n in range(2)]
    course.grade({"quyen": PEOPLE["quyen"]})
    (held,) = course.certify(new_id=iter(given).__next__).issued
    credential = Credential.parse(json.loads(course.read(held)))
    assert [credential.id, credential.subject.id] == [f"urn:uuid:{one}" for one in given]


def test_time_needs_a_zone(course):
    """A time without zone is a programming mistake, found before anything is issued."""
    course.grade(PEOPLE)
    with pytest.raises(ValueError, match="2026"):
        course.certify(now=NOW.replace(tzinfo=None))
    assert not course.places.certificates.exists()


def test_bad_export_issues_nothing(course):
    """One mistaken row, and nobody gets anything."""
    course.grade(PEOPLE, quyen="bảy")
    with pytest.raises(HocVuSoError, match="4 lỗi"):
        course.certify()
    assert not course.places.certificates.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET action = 'x'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit VALUES (1, 'x', 'x', 'x', 'x')",
        "INSERT INTO audit VALUES (1, 'x', 'x', 'x', 'x') ON CONFLICT (seq) DO UPDATE SET action = 'x'",
    ],
)
def test_log_only_grows(tmp_path, statement):
    """Every issue is in the log, and no statement changes or removes a line."""
    course, issued = issued_course(tmp_path)
    path = course.places.issuer / "register.db"
    with Register(path) as register:
        before = register.log_lines()
    assert [line[3] for line in before if line[2] == "issue"] == [held.number for held in issued]
    db = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError):
        db.execute(statement)
    db.close()
    with Register(path) as register:
        assert register.log_lines() == before


def test_progress(course):
    """Progress is told for each learner in the export."""
    told = []
    course.grade(PEOPLE)
    course.certify(report=lambda done, everyone: told.append((done, everyone)))
    assert told == [(1, 2), (2, 2)]


def test_every_lesson_is_named(course):
    """The criteria in the credential name each lesson that was asked for."""
    course.grade(PEOPLE)
    text = course.read(course.certify().issued[0]).decode()
    (rule,) = read_rules()
    assert len(rule.lessons) == len(LESSONS)
    assert all(lesson.title in text for lesson in rule.lessons)
