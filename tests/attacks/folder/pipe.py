"""A named pipe in the place of the answers: whoever opens it waits for a writer.

A success: a grader that waits for ever.
"""

import os

LESSON = "questions"


def place(folder):
    """Make it."""
    (folder / "answers.json").unlink()
    os.mkfifo(folder / "answers.json")


EXPECTED = {"state": "refused", "scores": {}}
