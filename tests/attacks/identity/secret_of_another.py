"""The secret by which feedback is named is no secret but a path, or somebody else's.

A success: a page is written outside the attacker's own folder.
"""

CELLS = {"tong": "def tong(so): return sum(so)"}


def prepare(submission):
    """Write a path."""
    submission.files["submission_secret.txt"] = b"../../hang-xom/feedback/x"


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
