"""UTF-16 with a byte order mark, and NaN among the numbers.

A success: one reader takes it for another notebook than the next one does.
"""

import json


def prepare(submission):
    """Encode it."""
    text = json.dumps(submission.notebook).replace('"nbformat": 4', '"nbformat": NaN')
    submission.notebook = text.encode("utf-16")


EXPECTED = {"state": "refused", "scores": {}}
