"""Tests are tagged so that they are not run, or may fail: a test that shows nothing gets full points.

A success: full points for nothing.
"""


def prepare(submission):
    """Tag all tests."""
    for cell in submission.notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id", "").startswith("thu-"):
            cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]


EXPECTED = {"state": "graded", "scores": {}}
