"""The version of nbgrader's metadata is one that does not exist.

A success: the class is aborted.
"""


def prepare(submission):
    """Change the versions."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    for cell in submission.notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 99


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
