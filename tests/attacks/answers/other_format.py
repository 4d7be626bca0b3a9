"""A file of answers of a format that is to come.

A success: it is read as if it were today's.
"""

LESSON = "questions"


def prepare(submission):
    """Change the number."""
    submission.answers["format"] = 2


EXPECTED = {"state": "refused", "scores": {}}
