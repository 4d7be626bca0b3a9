"""``nbgrader: {}`` on the tests.

A success: the class is aborted.
"""


def prepare(submission):
    """Empty the metadata of tests."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    for cell in submission.notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name.startswith("thu-"):
            cell["metadata"]["nbgrader"] = {}


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
