"""A file of answers that ends in the middle.

A success: the grader fails on it, or half of it counts as all.
"""

import json

LESSON = "questions"


def prepare(submission):
    """Cut it."""
    submission.answers = json.dumps(submission.answers).encode()[:400]


EXPECTED = {"state": "refused", "scores": {}}
