"""``solution: false`` on solution cells, and ``solution: true`` on tests.

A success: points without a look at the cell.
"""


def prepare(submission):
    """Exchange the roles."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    for cell in submission.notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            found = cell["metadata"]["nbgrader"]
            found["solution"] = not found.get("solution")


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
