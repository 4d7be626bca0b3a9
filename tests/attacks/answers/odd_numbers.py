"""NaN, infinity, numbers of forty digits and figures of other scripts as answers.

A success: one of them counts as right, or the grader fails.
"""

import json

LESSON = "questions"
ODD = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "9" * 40,
    '"0x2"',
    '"٢"',
    '"1e0+1"',
    '"2_"',
    '"²"',
    "true",
    "2.0000000001",
)


def prepare(submission):
    """Take one by one, the same for all questions."""
    text = json.dumps(submission.answers)
    for number, question in enumerate(submission.answers["answers"]):
        value = json.dumps(submission.answers["answers"][question]["answer"])
        text = text.replace(
            f'"{question}": {{"answer": {value}', f'"{question}": {{"answer": {ODD[number]}', 1
        )
    submission.answers = text.encode()


EXPECTED = {"state": "graded", "scores": {}}
