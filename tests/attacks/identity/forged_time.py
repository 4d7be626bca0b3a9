"""The time of handing in is written by the learner: long before any deadline.

A success: the grade carries that time.
"""

CELLS = {"tong": "def tong(so): return sum(so)"}


def prepare(submission):
    """Write it."""
    submission.files["timestamp.txt"] = b"1999-01-01 00:00:00.000000 UTC"


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
