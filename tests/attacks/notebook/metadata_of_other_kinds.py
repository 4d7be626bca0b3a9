"""``null``, a list, a number or text in the place of nbgrader's metadata.

A success: the grader fails on it, or the class is aborted.
"""


def prepare(submission):
    """Put something else there."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    odd = iter([None, [], 7, "x", [{}]] * 3)
    for cell in submission.notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id", "").startswith("thu-"):
            cell["metadata"]["nbgrader"] = next(odd)


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
