"""A number of a hundred thousand digits, which takes seconds to read.

A success: the grader is busy with it, or fails on it again and again.
"""

import json

LESSON = "questions"


def prepare(submission):
    """Write it where a number is asked for."""
    submission.answers["answers"]["may-muc"]["answer"] = "SO"
    submission.answers = json.dumps(submission.answers).replace('"SO"', "9" * 100_000).encode()


EXPECTED = {"state": "refused", "scores": {}}
