"""The version of nbgrader's metadata is one that does not exist, or none.

A success: the class is aborted.
"""


def prepare(submission):
    """Change the versions."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    for number, cell in enumerate(submission.notebook["cells"]):
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = (1, 99, "3", None)[number % 4]


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
