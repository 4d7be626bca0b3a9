"""A file of answers that is a list.

A success: the grader fails on it again and again.
"""

import json

LESSON = "questions"


def prepare(submission):
    """Wrap it."""
    submission.answers = json.dumps([submission.answers]).encode()


EXPECTED = {"state": "refused", "scores": {}}
