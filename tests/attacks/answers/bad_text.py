"""Half a surrogate pair, NUL and control characters in answers and in ids.

A success: the grader can't write its record, and the submission waits for ever.
"""

import json

LESSON = "questions"


def prepare(submission):
    """Write them as escapes."""
    submission.answers["answers"]["day-so-mot-lan"]["answer"] = "NUA"
    submission.answers["answers"]["may-muc"]["answer"] = "2NUL"
    submission.answers["answers"]["NUANUL"] = {
        "answer": "x",
        "revision": 1,
        "edited": "2026-01-01T00:00:00.000Z",
    }
    text = json.dumps(submission.answers).replace("NUA", "\\ud800").replace("NUL", "\\u0000")
    submission.answers = text.encode()


EXPECTED = {"state": "graded", "all_but": ["day-so-mot-lan", "may-muc"]}
