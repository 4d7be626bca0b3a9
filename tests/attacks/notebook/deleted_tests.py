"""The tests that fail are deleted; one that passes stays.

A success: points for what was deleted, or earlier scores stay.
"""

CELLS = {"tong": "def tong(so): return sum(so)"}


def prepare(submission):
    """Delete all tests but one."""
    submission.notebook["cells"] = [
        cell
        for cell in submission.notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id", "") in {"", "tong", "thu-tong", "dem-chu"}
    ]


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
