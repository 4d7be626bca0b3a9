"""UTF-16 with a byte order mark, and NaN among the numbers.

A success: one reader takes it for another notebook than the next one does. Expected: Python's reader can read it.
"""

import json


def prepare(submission):
    """Encode it."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    text = json.dumps(submission.notebook).replace('"nbformat": 4', '"nbformat": NaN')
    submission.notebook = text.encode("utf-16")


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
