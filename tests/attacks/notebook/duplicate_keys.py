"""JSON objects in which a key stands twice, so that two readers see two notebooks.

A success: checked is one, graded the other. Expected: what Python's reader sees, the last.
"""

import json


def prepare(submission):
    """Put an empty list of cells in front."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    whole = json.dumps(submission.notebook)
    submission.notebook = ('{"cells": [], "nbformat": 1, ' + whole[1:]).encode()


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
