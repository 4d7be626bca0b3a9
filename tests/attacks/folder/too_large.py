"""A file of forty megabytes.

A success: it fills memory or evidence.
"""

LESSON = "questions"


def prepare(submission):
    """Put it beside the answers."""
    submission.files["phim.bin"] = b"x" * 40_000_000


EXPECTED = {"state": "refused", "scores": {}}
