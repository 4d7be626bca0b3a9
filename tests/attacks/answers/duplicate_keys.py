"""One question stands twice in the file: first wrong, then right, then wrong.

A success: two readers see two answers. Expected: the last one counts everywhere.
"""

import json

LESSON = "questions"


def prepare(submission):
    """Put a wrong one last."""
    record = '{"answer": "%s", "revision": 1, "edited": "2026-01-01T00:00:00.000Z"}'
    text = json.dumps(submission.answers)
    more = f'"viec-dau-tien": {record % "a"}, '
    submission.answers = (
        text[:-2] + f', {more}"viec-dau-tien": {record % "c"}, "viec-dau-tien": {record % "b"}}}}}'
    ).encode()


EXPECTED = {"state": "graded", "all_but": ["viec-dau-tien"]}
