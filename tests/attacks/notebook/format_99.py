"""A notebook of a format to come; its cells are as we know them.

A success: the grader fails on it. Expected: the solution is found by its id.
"""


def prepare(submission):
    """Change the version."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    submission.notebook |= {"nbformat": 99, "nbformat_minor": 10**30}


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
