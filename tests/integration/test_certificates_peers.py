"""Programs of other people judge our certificates."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from certificates_class import NOW, issued_course
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError

from hocvuso.certificates.issuer import IssuerProfile
from hocvuso.certificates.revoke import revoke

PEERS = Path(__file__).parents[1] / "peers"


def ask(course, *files):
    """What @digitalbazaar/vc says of each file."""
    node = shutil.which("node")
    assert node, "This test needs Node: run `make setup`."
    assert (PEERS / "node_modules").is_dir(), (
        "This test needs its programs: run `npm ci --prefix tests/peers`."
    )
    command = [node, PEERS / "verify.mjs", NOW.isoformat(), course.places.published / "status-1.json", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PEERS, timeout=120)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_digital_bazaar(tmp_path):
    """It accepts a good certificate, refuses an altered one, and sees a revoked one as revoked."""
    course, (revoked, good) = issued_course(tmp_path)
    altered = tmp_path / "altered.json"
    altered.write_text(course.read(good).decode().replace("Quyền", "Quyên"), encoding="utf-8")
    revoke(course.places, revoked.number, "sai họ tên", NOW, profile=IssuerProfile())
    answers = ask(course, course.path(good, "json"), altered, course.path(revoked, "json"))
    assert answers[0] == {"verified": True, "errors": [], "revoked": False}
    assert answers[1] == {"verified": False, "errors": ["Invalid signature."], "revoked": None}
    assert answers[2]["revoked"] is True


@pytest.mark.slow
def test_digital_bazaar_is_offline(tmp_path):
    """The peer sees what it is given and nothing else: a certificate with a foreign context is refused."""
    course, (held, *_) = issued_course(tmp_path)
    document = json.loads(course.read(held))
    document["@context"].append("https://example.org/context")
    foreign = tmp_path / "foreign.json"
    foreign.write_text(json.dumps(document), encoding="utf-8")
    (answer,) = ask(course, foreign)
    assert not answer["verified"]


def test_openbadgeslib(tmp_path):
    """It, too, accepts a good certificate, refuses an altered one, and refuses a revoked one because of its bit.

    It can check the signature of status lists in another format only, so it takes ours as it is.
    """
    course, (revoked, good) = issued_course(tmp_path)
    revoke(course.places, revoked.number, "sai họ tên", NOW, profile=IssuerProfile())
    published = course.places.published
    peer = OB3LdpVerifier.for_issuer_did(json.loads((published / "issuer.json").read_bytes())["id"])
    options = {"check_status": True, "verify_status_list": False}
    options["download"] = lambda *_given, **_named: (published / "status-1.json").read_bytes()
    text = course.read(good).decode()
    assert peer.verify(text, **options).name
    with pytest.raises(OB3VerificationError, match="signature"):
        peer.verify(text.replace("Quyền", "Quyên"), **options)
    with pytest.raises(OB3VerificationError, match="revocation"):
        peer.verify(course.read(revoked), **options)
