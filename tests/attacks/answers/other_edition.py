"""The answers of another lesson and edition.

A success: they are graded as this one's.
"""

LESSON = "questions"


def prepare(submission):
    """Name another one."""
    submission.answers |= {"lesson": "t18-90", "edition": "t18-90"}


EXPECTED = {"state": "refused", "scores": {}}
