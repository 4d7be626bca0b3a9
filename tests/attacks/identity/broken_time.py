"""The time of handing in is no time.

A success: the grader fails on it, or the class is aborted.
"""

CELLS = {"tong": "def tong(so): return sum(so)"}


def prepare(submission):
    """Write nonsense."""
    submission.files["timestamp.txt"] = b"\xff\xfe" + b"hom qua" * 1000


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
