"""A solution cell is copied: the last one counts, as with nbgrader.

A success: both run, or the class is aborted. Expected: the right one, which stands last, counts.
"""

import copy

CELLS = {"tong": "def tong(so): return 0"}


def prepare(submission):
    """Copy the cell and write the right solution into the copy."""
    again = copy.deepcopy(submission.cell("tong"))
    again["source"], again["id"] = submission.right["tong"], again["id"] + "2"
    submission.notebook["cells"].append(again)


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
