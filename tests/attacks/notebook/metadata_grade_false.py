"""``grade: false`` on tests: nbgrader then grades nothing and keeps what was there.

A success: no grade, or an earlier one stays.
"""


def prepare(submission):
    """Take the tests out of grading."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    for cell in submission.notebook["cells"]:
        if "nbgrader" in cell["metadata"] and cell["metadata"]["nbgrader"].get("points"):
            cell["metadata"]["nbgrader"] |= {"grade": False, "locked": False}
            del cell["metadata"]["nbgrader"]["points"]


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
