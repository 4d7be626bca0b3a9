"""Folders within folders, two hundred deep.

A success: recursion without end, or a path that can't be cleared away.
"""

LESSON = "questions"


def prepare(submission):
    """Put a file at the bottom."""
    submission.files["s/" * 200 + "day.txt"] = b"x"


EXPECTED = {"state": "refused", "scores": {}}
