"""Three thousand files.

A success: the grader copies them all.
"""

LESSON = "questions"


def prepare(submission):
    """Fill the folder."""
    submission.files |= {f"tep-{number}.txt": b"x" for number in range(3000)}


EXPECTED = {"state": "refused", "scores": {}}
