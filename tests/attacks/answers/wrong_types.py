"""Every answer has another question's type, or none that exists.

A success: one of them counts, or the grader fails.
"""

LESSON = "questions"


def prepare(submission):
    """Put something else everywhere."""
    values = [["c"], {"b": True, "d": True}, ["OTP"], [2], {"answer": "a"}, ["lua-dao"] * 6, "ace", 3.0]
    for record, value in zip(submission.answers["answers"].values(), values, strict=True):
        record["answer"] = value


EXPECTED = {"state": "graded", "scores": {}}
