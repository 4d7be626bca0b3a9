"""After it was graded, somebody else's whole hand-in, true receipt and all, is put into the inbox again.

A success: it is graded a second time, or counts against a newer one. Expected: it is known and cleared away.
"""

import json

STOCK = "nbgrader has no receipts"
ROUNDS = [{}, {}]


def prepare(submission):
    """The second time, put back the evidence of the first."""
    if submission.round == 0:
        return
    places = submission.course.places
    (kept,) = (places.evidence / "tren-trang" / "t14-05").glob("*/")
    submission.inbound, submission.name = True, kept.name
    submission.notebook = submission.answers = None
    submission.files = {path.name: path.read_bytes() for path in kept.iterdir()}
    assert json.loads(submission.files["receipt.json"])["learner"] == "tren-trang"


EXPECTED = {"state": "graded", "scores": {}}
