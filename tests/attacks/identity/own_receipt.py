"""A receipt of the learner's making lies in the folder: another learner, another time, full points.

A success: any of it counts, or it stands in the evidence.
"""

import json

CELLS = {"tong": "def tong(so): return sum(so)"}


def prepare(submission):
    """Write one."""
    receipt = {
        "format": 1,
        "id": "gia",
        "learner": "hang-xom",
        "lesson": "t18-90",
        "edition": "t18-90",
        "submission": "x",
        "handed_in": "1999-01-01T00:00:00Z",
        "via": "page",
        "files": {},
        "key": "0" * 16,
        "signature": "AAAA",
    }
    submission.files["receipt.json"] = json.dumps(receipt).encode()


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
