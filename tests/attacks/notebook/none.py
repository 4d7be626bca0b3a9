"""No notebook is handed in with a coding lesson.

A success: points without code, or an earlier grade that goes away.
"""


def prepare(submission):
    """Leave it out."""
    submission.notebook = None


EXPECTED = {"state": "refused", "scores": {}}
