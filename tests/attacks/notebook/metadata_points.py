"""Points, ids and kinds in the metadata are changed, and checksums made to fit.

A success: more points than there are.
"""


def prepare(submission):
    """Raise the points, unlock, change the kind."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    for cell in submission.notebook["cells"]:
        found = cell["metadata"].get("nbgrader", {})
        if found.get("grade_id", "").startswith("thu-"):
            found |= {"points": 1000, "locked": False, "solution": True, "checksum": "0" * 32, "task": False}
            if found["grade_id"] != "thu-tong":
                cell["source"] = "pass"


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
