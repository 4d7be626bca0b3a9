"""Signing linked data: pinned contexts only, and a status list that says what it says."""

import base64
import gzip

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyld import jsonld

from hocvuso.certificates import linked_data, status
from hocvuso.errors import CertificateError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DOCUMENT = {"@context": [linked_data.CREDENTIALS], "id": "urn:x:1", "name": "Chứng nhận"}
METHOD, CREATED = "did:key:z#z", "2026-11-21T08:00:00+07:00"


def signed(document):
    return linked_data.proof(linked_data.sign(document, KEY, METHOD, CREATED), METHOD, CREATED)


def test_signature_holds():
    """A document and its proof belong together; neither text, time nor method can be changed."""
    proof = signed(DOCUMENT)
    assert linked_data.holds(DOCUMENT, proof, KEY.public_key())
    assert not linked_data.holds({**DOCUMENT, "name": "Chứng nhân"}, proof, KEY.public_key())
    assert not linked_data.holds(
        DOCUMENT, {**proof, "created": "2026-11-22T08:00:00+07:00"}, KEY.public_key()
    )
    assert not linked_data.holds(DOCUMENT, {**proof, "verificationMethod": "did:key:y#y"}, KEY.public_key())
    assert not linked_data.holds(DOCUMENT, {**proof, "proofValue": "z1"}, KEY.public_key())
    assert not linked_data.holds(DOCUMENT, {**proof, "proofValue": "z0OIl"}, KEY.public_key())
    assert not linked_data.holds(DOCUMENT, proof, Ed25519PrivateKey.generate().public_key())


@pytest.mark.parametrize("address", ["https://example.org/c", "file:///etc/passwd", "http://127.0.0.1:1/c"])
def test_other_contexts_are_refused(address):
    """No context is fetched: an unknown address is refused, never asked."""
    with pytest.raises((CertificateError, jsonld.JsonLdError)):
        linked_data.sign({**DOCUMENT, "@context": [linked_data.CREDENTIALS, address]}, KEY, METHOD, CREATED)


def test_contexts_are_pinned(tmp_path, monkeypatch):
    """A context file that changed by one byte stops the work; it is not taken for a bad signature."""
    proof = signed(DOCUMENT)
    for file in linked_data._contexts().glob("*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes() + b"\n")
    linked_data._context.cache_clear()
    monkeypatch.setattr(linked_data, "_contexts", lambda: tmp_path)
    with pytest.raises(CertificateError, match="ngữ cảnh"):
        linked_data.holds(DOCUMENT, proof, KEY.public_key())


def test_multibase_key():
    """A public key survives its text; other texts are no keys."""
    text = linked_data.multibase_key(KEY.public_key())
    assert text.startswith("z6Mk")
    assert linked_data.read_multibase_key(text).public_bytes_raw() == KEY.public_key().public_bytes_raw()
    for wrong in ("", "z", "x" + text[1:], text[:-1], "z" + text, "z6Mk0", "zé"):
        with pytest.raises(ValueError):  # noqa: PT011  three libraries, three wordings
            linked_data.read_multibase_key(wrong)


def test_status_bits():
    """Bit 0 is the leftmost bit of the first byte, and only the bits that were set are set."""
    bits = status.decode(status.encode([0, 9, status.ENTRIES - 1]))
    assert (bits[0], bits[1], bits[-1]) == (0x80, 0x40, 0x01)
    assert [i for i in range(status.ENTRIES) if status.is_set(bits, i)] == [0, 9, status.ENTRIES - 1]


@pytest.mark.parametrize("size", [0, 16_383, 16_385, 50_000_000])
def test_status_of_another_length(size):
    """A list that is too short, too long or a bomb is refused."""
    packed = base64.urlsafe_b64encode(gzip.compress(bytes(size))).decode().rstrip("=")
    with pytest.raises(ValueError, match="no status list"):
        status.decode("u" + packed)


@pytest.mark.parametrize("text", ["u", "uAAAA", "u" + "é" * 8, "uH4sI"])
def test_status_that_is_none(text):
    """Anything else is refused as ValueError."""
    with pytest.raises(ValueError, match="no status list"):
        status.decode(text)
