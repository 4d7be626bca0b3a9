"""An answer that is nested a hundred thousand levels deep.

A success: a crash of whoever reads it.
"""

LESSON = "questions"


def prepare(submission):
    """Nest it."""
    submission.answers = (
        b'{"format": 1, "answers": {"may-muc": {"answer": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}}"
    )


EXPECTED = {"state": "refused", "scores": {}}
