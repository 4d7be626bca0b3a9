"""A test cell is copied (nbgrader's metadata with it), with nothing in it the second time.

A success: the empty copy counts, or the whole class is aborted.
"""

import copy

CELLS = {"tong": "def tong(so): return 0"}


def prepare(submission):
    """Copy every test."""
    for cell in list(submission.notebook["cells"]):
        if cell["metadata"].get("nbgrader", {}).get("grade_id", "").startswith("thu-"):
            again = copy.deepcopy(cell)
            again["source"], again["id"] = "pass", again["id"] + "2"
            submission.notebook["cells"].append(again)


EXPECTED = {"state": "graded", "scores": {}}
