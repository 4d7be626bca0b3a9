"""Tests become Markdown or raw cells, solutions too.

A success: a test that is text gets points.
"""


def prepare(submission):
    """Turn the cells into text."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    for cell in submission.notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name.startswith("thu-") or name == "chao":
            cell["cell_type"] = "markdown" if name != "thu-chao" else "raw"
            cell.pop("outputs", None)
            cell.pop("execution_count", None)


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
