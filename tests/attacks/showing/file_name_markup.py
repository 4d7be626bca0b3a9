"""Markup and formulas as names of files in the folder.

A success: markup of the learner reaches a page, or a file lands somewhere else.
"""

LESSON = "questions"
NAMES = (
    "<img src=x onerror=alert(1)>.ipynb",
    "=1+1.csv",
    "{{7*7}}.txt",
    "-rf",
    "a'b\"c.ipynb",
    "%2e%2e%2fx.ipynb",
)


def prepare(submission):
    """Put files with such names beside the answers."""
    submission.files |= dict.fromkeys(NAMES, b"{}")


EXPECTED = {"state": "graded", "all_but": []}
