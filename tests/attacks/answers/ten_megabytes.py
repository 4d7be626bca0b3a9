"""Nine megabytes of answers.

A success: the grader's memory or record fills.
"""

LESSON = "questions"


def prepare(submission):
    """Fill the file."""
    submission.answers["answers"] |= {
        f"x{n}": {"answer": "y" * 9000, "revision": 1, "edited": "x"} for n in range(990)
    }


EXPECTED = {"state": "refused", "scores": {}}
