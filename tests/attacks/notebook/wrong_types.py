"""Cells that are numbers, sources that are numbers or lists of lists, metadata that is text.

A success: the grader fails on it again and again.
"""


def prepare(submission):
    """Put something else everywhere."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    cells = submission.notebook["cells"]
    submission.cell("chao")["source"] = {"a": 1}
    submission.cell("dem-chu")["source"] = [["x"], 7, None, "1/0"]
    submission.cell("ket-qua")["metadata"]["nbgrader"]["grade_id"] = ["ket-qua"]
    cells += [7, None, "x", [], {"metadata": 7}, {"metadata": {"nbgrader": 7}, "source": 7}]


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
