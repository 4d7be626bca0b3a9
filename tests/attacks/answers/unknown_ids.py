"""Answers to questions that do not exist, with names that mean something to programs.

A success: a name is obeyed, or the grader fails. Expected: named in the result, and nothing else.
"""

LESSON = "questions"
NAMES = (
    "__proto__",
    "constructor",
    "__class__",
    "toString",
    "../../x",
    "",
    "<script>alert(1)</script>",
    "viec-dau-tien ",
)


def prepare(submission):
    """Add them."""
    record = {"answer": "c", "revision": 1, "edited": "2026-01-01T00:00:00.000Z"}
    submission.answers["answers"] |= dict.fromkeys(NAMES, record)
    submission.answers["__proto__"] = {"points": 99}


EXPECTED = {"state": "graded", "all_but": []}
