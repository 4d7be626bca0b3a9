"""A solution of eight megabytes of text.

A success: the grader's record, page or log carries it everywhere, or its memory fills.
"""


def prepare(submission):
    """Write it."""
    submission.solve({"tong": "x = '" + "a" * 8_000_000 + "'\ndef tong(so): return 0"})


EXPECTED = {"state": "graded", "scores": {}}
