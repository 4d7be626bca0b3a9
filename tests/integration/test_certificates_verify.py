"""Verification: a stranger's file gets the right verdict, whatever it holds, without a network."""

import copy
import io
import json
import re
import shutil
import socket
import zlib

import pikepdf
import pytest
from certificates_class import NOW, PEOPLE, Course, issued_course
from hypothesis import given, settings
from hypothesis import strategies as st

from hocvuso.certificates import linked_data
from hocvuso.certificates.credential import Credential
from hocvuso.certificates.issuer import IssuerProfile, Signer
from hocvuso.certificates.register import Register
from hocvuso.certificates.revoke import revoke
from hocvuso.certificates.rules import Alignment, read_rules
from hocvuso.certificates.verify import LARGEST, knows_number, verify_file
from hocvuso.errors import CertificateError


class Issued:
    """A certificate of a course that is only read."""

    def __init__(self, root):
        self.course, (self.held, *_) = issued_course(root)
        self.published = self.course.places.published
        self.json, self.pdf = self.course.read(self.held), self.course.read(self.held, "pdf")
        self.document = json.loads(self.json)


@pytest.fixture(scope="module")
def issued(tmp_path_factory):
    return Issued(tmp_path_factory.mktemp("issued"))


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """The certificate of another issuer who runs the same software."""
    return Issued(tmp_path_factory.mktemp("foreign"))


@pytest.fixture
def own(tmp_path):
    """A certificate of a course that the test may change."""
    return Issued(tmp_path)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def dump(document):
    return json.dumps(document, ensure_ascii=False).encode()


def verdict_on(issued, document):
    return verify_file(dump(document), issued.published)


def signer_of(issued):
    return Signer.load(issued.course.places.issuer, None)


def sign_again(document, signer, issuer=None):
    """``document`` signed by ``signer`` in full form."""
    document = {key: value for key, value in document.items() if key != "proof"}
    created, method = "2026-11-22T01:30:00+07:00", signer.verification_method
    if issuer:
        document["issuer"] = {**document["issuer"], "id": issuer}
    value = linked_data.sign(document, signer.key, method, created)
    return {**document, "proof": linked_data.proof(value, method, created)}


@pytest.mark.parametrize("kind", ["json", "pdf"])
def test_valid(issued, kind):
    """A good certificate is valid, and the sentence says whose, what, when and which number."""
    verdict = verify_file(getattr(issued, kind), issued.published)
    assert verdict.kind == "valid"
    assert verdict.fields["checked"] == {"json": "credential", "pdf": "pdf"}[kind]
    assert verdict.fields["revocation"] == "checked"
    for part in (
        PEOPLE[issued.held.learner],
        issued.held.number,
        "22/11/2026",
        "Học vụ số: bài học khởi đầu",
    ):
        assert part in verdict.sentence


def test_layout_does_not_matter(issued):
    """Reformatted JSON, other order of members, a byte order mark: the same certificate."""
    turned = dict(reversed(issued.document.items()))
    for data in (dump(turned), b"\xef\xbb\xbf" + issued.json, json.dumps(turned, indent=7).encode()):
        assert verify_file(data, issued.published).kind == "valid"


def test_needs_only_what_is_published(own, tmp_path_factory):
    """Verification works where neither key nor register nor certificates exist."""
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "published"
    shutil.copytree(own.published, elsewhere)
    shutil.rmtree(own.course.places.root)
    assert verify_file(own.pdf, elsewhere).kind == "valid"


def test_one_letter_one_figure(issued):
    """One letter of the name, one figure of date or number, one tone mark: altered, and nothing is quoted."""
    text = issued.json.decode()
    digit = "4" if issued.held.number[-1] != "4" else "3"
    for old, new in (
        ("Hồng Phượng", "Hồng Phương"),
        ('"awardedDate": "2026-11-22', '"awardedDate": "2025-11-22'),
        (issued.held.number, issued.held.number[:-1] + digit),
        ("70%", "90%"),
    ):
        assert old in text
        verdict = verify_file(text.replace(old, new).encode(), issued.published)
        assert (verdict.kind, verdict.fields) == ("altered", {})


def paths_in(value, path=()):
    """Every place in a document."""
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from paths_in(child, (*path, key))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def test_every_place_is_protected(issued):
    """Changing or removing any value, or adding a member to any object, is never valid."""
    tried = 0
    for path in [path for path in paths_in(issued.document) if path]:
        for change in ("other", "gone", "null", "more"):
            document = copy.deepcopy(issued.document)
            parent, value = at(document, path[:-1]), at(document, path)
            if change == "gone":
                del parent[path[-1]]
            elif change == "null":
                parent[path[-1]] = None
            elif change == "more" and isinstance(value, dict):
                value["note"] = "loại giỏi"
            elif change == "more" and isinstance(value, list):
                value.append(copy.deepcopy(value[0]))
            elif isinstance(value, str):
                parent[path[-1]] = value + "x"
            elif isinstance(value, bool):
                parent[path[-1]] = not value
            else:
                continue
            tried += 1
            assert verdict_on(issued, document).kind != "valid", (path, change)
    assert tried > 100


@pytest.mark.parametrize(
    "extra",
    [
        {"note": "x"},
        {"alignment": None},
        {"validUntil": None},
        {"evidence": []},
        {"@language": "vi"},
        {"": ""},
    ],
)
def test_what_json_ld_drops(issued, extra):
    """A member that linked data ignores, so that the signature still holds, is an alteration all the same."""
    assert verdict_on(issued, {**issued.document, **extra}).kind == "altered"
    document = copy.deepcopy(issued.document)
    document["credentialSubject"]["achievement"].update(extra)
    assert verdict_on(issued, document).kind == "altered"


def test_member_twice(issued):
    """A member that stands twice, so that readers differ in what they see, is not accepted."""
    text = issued.json.decode().replace('"name": ', '"name": "Tiến sĩ", "name": ', 1)
    assert verify_file(text.encode(), issued.published).kind == "unreadable"


def test_without_proof(issued):
    """Without its proof it is no certificate of ours."""
    document = {key: value for key, value in issued.document.items() if key != "proof"}
    assert verdict_on(issued, document).kind == "altered"


def test_other_issuer(issued, foreign):
    """A sound certificate of someone else is unknown here, in both forms; and the other way round."""
    for data in (foreign.json, foreign.pdf):
        assert verify_file(data, issued.published).kind == "unknown-issuer"
        assert verify_file(data, foreign.published).kind == "valid"


def test_forged_with_another_key(issued, foreign):
    """Another's key under our name, our proof under another's name: altered."""
    theirs, ours = signer_of(foreign), signer_of(issued)
    forged = sign_again(issued.document, theirs)
    assert verdict_on(issued, forged).kind == "altered"
    forged["proof"]["verificationMethod"] = ours.verification_method
    assert verdict_on(issued, forged).kind == "altered"
    swapped = copy.deepcopy(issued.document)
    swapped["issuer"]["id"] = theirs.did
    assert verdict_on(issued, swapped).kind == "altered"
    assert verdict_on(issued, sign_again(issued.document, ours, issuer=theirs.did)).kind == "altered"


def test_nothing_published(issued, tmp_path):
    """Where nothing was ever issued, every certificate is unknown."""
    assert verify_file(issued.json, tmp_path / "none").kind == "unknown-issuer"


def test_revoked(own):
    """A revoked certificate says so in both forms, and still names what it was; others stay valid."""
    revoke(own.course.places, own.held.number, "sai họ tên", NOW, profile=IssuerProfile())
    for data in (own.json, own.pdf):
        verdict = verify_file(data, own.published)
        assert verdict.kind == "revoked"
        assert own.held.number in verdict.sentence
        assert "sai họ tên" not in verdict.sentence
    other = own.course.certify().held[0]
    assert verify_file(own.course.read(other), own.published).kind == "valid"


def test_revocation_can_not_be_checked(own, foreign):
    """Without a status list of this issuer the sentence says that revocation is unknown."""
    path = own.published / "status-1.json"
    good = json.loads(path.read_bytes())
    forged = copy.deepcopy(good)
    forged["credentialSubject"]["encodedList"] = "uH4sI"
    moved = sign_again({**good, "id": "http://127.0.0.1:8000/other"}, signer_of(own))
    broken = sign_again(forged, signer_of(own))
    anothers = sign_again({**good, "issuer": signer_of(foreign).did}, signer_of(own))
    lists = [
        forged,
        {**good, "note": "x"},
        moved,
        broken,
        anothers,
        json.loads((foreign.published / "status-1.json").read_bytes()),
    ]
    for data in (None, b"{", b"[]", *map(dump, lists)):
        path.unlink(missing_ok=True)
        if data is not None:
            path.write_bytes(data)
        verdict = verify_file(own.json, own.published)
        assert (verdict.kind, verdict.fields["revocation"]) == ("valid", "unknown")
        assert "không xác minh được chứng nhận có bị thu hồi" in verdict.sentence


def test_pdf_of_an_older_snapshot(own):
    """Where no hash of the PDF is known, only the attachment is vouched for, and the sentence says so."""
    (own.published / "pdf-hashes.json").unlink()
    verdict = verify_file(own.pdf, own.published)
    assert (verdict.kind, verdict.fields["checked"]) == ("valid", "attachment")
    assert "không xác minh được chữ in trên trang" in verdict.sentence
    (own.published / "status-1.json").unlink()
    assert verify_file(own.pdf, own.published).fields["revocation"] == "unknown"


def repacked(data, change):
    """The PDF ``data`` after ``change(document)``."""
    with pikepdf.open(io.BytesIO(data)) as document:
        change(document)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def test_pdf_with_another_print(issued):
    """Other text on the page around the genuine attachment: altered."""

    def overprint(document):
        document.pages[0].contents_add(b"q 0 0 10 10 re f Q")

    assert verify_file(repacked(issued.pdf, overprint), issued.published).kind == "altered"
    assert verify_file(issued.pdf + b"\n", issued.published).kind == "altered"


def test_pdf_with_another_attachment(issued, foreign):
    """No attachment, two, or a foreign one: never valid."""

    def remove(document):
        del document.attachments["chung-nhan.json"]

    def double(document):
        document.attachments["khac.json"] = b"{}"

    def exchange(document):
        document.attachments["chung-nhan.json"] = foreign.json

    def alter(document):
        document.attachments["chung-nhan.json"] = issued.json.replace("Hồng".encode(), "Hằng".encode())

    kinds = [
        verify_file(repacked(issued.pdf, f), issued.published).kind for f in (remove, double, exchange, alter)
    ]
    assert kinds == ["unreadable", "unreadable", "unknown-issuer", "altered"]


def bomb():
    """A small PDF whose attachment unpacks to a thousand times its size."""
    pack = zlib.compressobj(9)
    packed = b"".join(pack.compress(bytes(1 << 20)) for _ in range(128)) + pack.flush()
    document = pikepdf.new()
    document.add_blank_page()
    stream = document.make_stream(b"")
    stream.write(packed, filter=pikepdf.Name.FlateDecode)
    file = pikepdf.Dictionary(
        Type=pikepdf.Name.Filespec, F="chung-nhan.json", UF="chung-nhan.json", EF=pikepdf.Dictionary(F=stream)
    )
    names = pikepdf.Array(["chung-nhan.json", document.make_indirect(file)])
    document.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=names))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def encrypted(data):
    with pikepdf.open(io.BytesIO(data)) as document:
        out = io.BytesIO()
        document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


HOSTILE = {
    "nothing": b"",
    "bytes": bytes(range(256)),
    "utf-16": "{}".encode("utf-16"),
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "long number": b'{"credentialSubject": ' + b"9" * 100_000 + b"}",
    "not a number": b'{"credentialSubject": NaN}',
    "list": b"[]",
    "text": b'"credentialSubject"',
    "no certificate": b'{"a": 1}',
    "large": b" " * (LARGEST + 1),
    "large json": b'{"credentialSubject": "' + b"x" * 300_000 + b'"}',
    "only a head": b"%PDF-1.7",
    "head and noise": b"%PDF-1.7\n" + bytes(range(256)) * 50,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_unreadable(issued, data):
    """What is no certificate at all is unreadable, whatever it is."""
    assert verify_file(data, issued.published).kind == "unreadable"


def test_hostile_pdf(issued):
    """Encrypted and exploding PDFs are unreadable; a cut one is at best told apart from the issued one."""
    assert verify_file(encrypted(issued.pdf), issued.published).kind == "unreadable"
    packed = bomb()
    assert verify_file(packed, issued.published).kind == "unreadable"
    with pikepdf.open(
        io.BytesIO(packed)
    ) as document:  # so it was not unpacked first and found too large then
        file = document.attachments["chung-nhan.json"].get_file()
        with pytest.raises(pikepdf.DataDecodingError, match="memory limit"):
            file.read_bytes()
    assert verify_file(issued.pdf[: len(issued.pdf) // 2], issued.published).kind in {"unreadable", "altered"}


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(data=st.data())
def test_any_value_in_any_place(issued, data):
    """Any JSON in any place of a certificate gets a verdict, and is valid only if nothing changed."""
    document = copy.deepcopy(issued.document)
    path = data.draw(st.sampled_from([path for path in paths_in(document) if path]))
    at(document, path[:-1])[path[-1]] = data.draw(ODD)
    same = document == issued.document
    assert (verify_file(json.dumps(document).encode(), issued.published).kind == "valid") == same


@settings(deadline=None)
@given(place=st.integers(min_value=0), byte=st.integers(0, 255), of=st.sampled_from(["json", "pdf"]))
def test_any_byte_in_any_place(issued, place, byte, of):
    """Any byte changed in a file gets a verdict; a PDF is valid only if it is the very same."""
    original = getattr(issued, of)
    place %= len(original)
    changed = original[:place] + bytes([byte]) + original[place + 1 :]
    verdict = verify_file(changed, issued.published)
    if verdict.kind == "valid":
        assert changed == original or (of == "json" and json.loads(changed) == issued.document)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"keys": 5}', b'{"keys": [{"id": 1}, {"publicKeyMultibase": "z0"}]}']
)
def test_broken_issuer_document(own, content):
    """With an issuer document that says nothing, nobody is known; nothing crashes."""
    (own.published / "issuer.json").write_bytes(content)
    assert verify_file(own.json, own.published).kind == "unknown-issuer"


def test_issuer_documents_are_no_certificates(issued):
    """The published documents themselves are not certificates."""
    for name in ("issuer.json", "status-1.json", "pdf-hashes.json"):
        assert verify_file((issued.published / name).read_bytes(), issued.published).kind == "unreadable"


def test_number_is_known(issued):
    """A number alone can be asked for; it says only that it was issued here."""
    assert knows_number(f" {issued.held.number.lower()} ", issued.published)
    assert not knows_number("HVS-2026-AAAA-AAAA", issued.published)


def test_every_verdict_is_one_line(issued, foreign):
    """Each verdict is a sentence for people: one line, no braces left, no code."""
    for data in (
        issued.json,
        issued.pdf,
        foreign.json,
        b"{}",
        issued.json.replace(b"70%", b"80%"),
        b" " * (LARGEST + 1),
    ):
        sentence = verify_file(data, issued.published).sentence
        assert re.fullmatch(r"[^\n{}]{20,400}[.)]", sentence)


def test_alignment_is_signed_too(tmp_path):
    """A rule that corresponds to a public framework says so in the credential, which still verifies."""
    (rule,) = read_rules()
    goal = Alignment(target_name="Năng lực mẫu", target_url="https://khung.example/2.6", target_code="2.6")
    course = Course(tmp_path)
    course.grade(PEOPLE)
    held = course.certify(rules=[rule.model_copy(update={"alignment": (goal,)})]).issued[0]
    credential = Credential.parse(json.loads(course.read(held)))
    assert credential.subject.achievement.alignment[0].target_url == "https://khung.example/2.6"
    assert verify_file(course.read(held), course.places.published).kind == "valid"
    forged = course.read(held).replace(b"khung.example/2.6", b"khung.example/9.9")
    assert verify_file(forged, course.places.published).kind == "altered"


# revoking


def test_revoking_twice(own):
    """The second time says that it was revoked before, and the first reason stays."""
    first = revoke(own.course.places, own.held.number, "lý do một", NOW, profile=IssuerProfile())
    second = revoke(own.course.places, own.held.number.lower(), "lý do hai", NOW, profile=IssuerProfile())
    assert (first.already, second.already) == (False, True)
    with Register(own.course.places.issuer / "register.db") as register:
        told = [line for line in register.log_lines() if line[2] == "revoke"]
    assert len(told) == 1
    assert "lý do một" in told[0][4]
    index = json.loads((own.course.path(own.held, "pdf").parent / "index.json").read_bytes())
    assert index[0]["state"] == "revoked"


@pytest.mark.parametrize(("number", "reason"), [("HVS-2026-AAAA-AAAA", "sai"), ("", "sai"), (None, "  ")])
def test_revoking_nothing(own, number, reason):
    """An unknown number and an empty reason are refused, and nothing changes."""
    before = (own.published / "status-1.json").read_bytes()
    with pytest.raises(CertificateError):
        revoke(
            own.course.places,
            own.held.number if number is None else number,
            reason,
            NOW,
            profile=IssuerProfile(),
        )
    assert (own.published / "status-1.json").read_bytes() == before


def test_revoking_before_anything_was_issued(tmp_path):
    """Where nothing was issued there is nothing to revoke, and no register comes into being."""
    course = Course(tmp_path)
    with pytest.raises(CertificateError, match="HVS-2026-AAAA-AAAA"):
        revoke(course.places, "HVS-2026-AAAA-AAAA", "sai", NOW)
    assert not course.places.issuer.exists()


def test_revoking_again_mends_publishing(own):
    """A crash between register and publishing is mended by saying it again."""
    old = (own.published / "status-1.json").read_bytes()
    revoke(own.course.places, own.held.number, "sai", NOW, profile=IssuerProfile())
    (own.published / "status-1.json").write_bytes(old)
    assert verify_file(own.json, own.published).kind == "valid"
    assert revoke(own.course.places, own.held.number, "sai", NOW, profile=IssuerProfile()).already
    assert verify_file(own.json, own.published).kind == "revoked"
