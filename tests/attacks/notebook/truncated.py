"""A notebook that ends in the middle.

A success: the grader fails on it again and again.
"""

import json


def prepare(submission):
    """Cut it."""
    whole = json.dumps(submission.notebook).encode()
    submission.notebook = whole[: len(whole) // 2]


EXPECTED = {"state": "refused", "scores": {}}
