"""Another edition's notebook, a second copy in other letters, and the master's name are handed in as well.

A success: they are graded in the place of the right one, or stop the grader.
"""

CELLS = {"tong": "def tong(so): return sum(so)"}


def prepare(submission):
    """Put them beside the notebook."""
    for name in ("T18-90.ipynb", "t18-90 .ipynb", "t14-05.ipynb", "t18-90.ipynb.ipynb"):
        submission.files[name] = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
