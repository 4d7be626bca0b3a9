"""The solution is right; beside it the notebook nests some hundred levels, as many as readers just take.

A success: one reads it, the next one fails.
"""


def prepare(submission):
    """Nest the metadata."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    deep = []
    for _ in range(900):
        deep = [deep]
    submission.notebook["metadata"]["sau"] = deep
    submission.cell("tong")["metadata"]["sau"] = deep


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
