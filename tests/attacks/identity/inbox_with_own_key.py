"""A folder in the site's inbox with a receipt that is well-formed, but signed with a key of the learner's own.

A success: the neighbour's grade changes.
"""

import base64
from datetime import UTC, datetime

STOCK = "nbgrader has no receipts"


def prepare(submission):
    """Sign it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from hocvuso.exchange.receipts import Receipt, SiteKey, hash_files

    submission.inbound = True
    submission.name = "hang-xom+t18-90+2026-11-21 23:00:00.000000 UTC+b"
    submission.files |= {"timestamp.txt": b"2026", "submission_secret.txt": b"ab" * 64}
    receipt = Receipt(
        id="b",
        learner="hang-xom",
        lesson="t18-90",
        edition="t18-90",
        submission=submission.name,
        handed_in=datetime(2026, 11, 21, 23, tzinfo=UTC),
        via="page",
        files=hash_files(submission.contents()),
    )
    signed = SiteKey(Ed25519PrivateKey.generate()).sign(receipt)
    assert base64.urlsafe_b64decode(signed.signature)
    submission.files["receipt.json"] = signed.model_dump_json().encode()


EXPECTED = {"state": "unclaimed"}
