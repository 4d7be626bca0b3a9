"""Folders stand where files are looked for: the receipt, the time, the notebook.

A success: the grader fails on them, again and again.
"""

LESSON = "questions"


def prepare(submission):
    """Put something below a file's name."""
    submission.notebook = None
    submission.files |= {"t14-05.ipynb/trong.txt": b"x", "receipt.json/trong.txt": b"x"}


EXPECTED = {"state": "refused", "scores": {}}
