"""A notebook of format 3 (worksheets), as it was ten years ago.

A success: the grader fails on it again and again. Expected: read as it is, and no solution is in it.
"""


def prepare(submission):
    """Write it the old way."""
    cells = [{"cell_type": "code", "input": "1", "language": "python", "metadata": {}, "outputs": []}]
    submission.notebook = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [{"cells": cells}],
    }


EXPECTED = {"state": "graded", "scores": {}}
