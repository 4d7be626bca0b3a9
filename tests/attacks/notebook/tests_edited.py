"""The text of tests is replaced, and unlocked; ids are exchanged between tests and solutions.

A success: the learner's text is run as a test.
"""


def prepare(submission):
    """Write other tests."""
    for cell in submission.notebook["cells"]:
        found = cell["metadata"].get("nbgrader", {})
        if found.get("grade_id", "").startswith("thu-"):
            cell["source"] = "4"
            found["locked"] = False
    submission.cell("thu-tong")["metadata"]["nbgrader"]["grade_id"] = "tong"
    submission.cell("thu-chao")["metadata"]["nbgrader"]["grade_id"] = "thu-dem-chu"


EXPECTED = {"state": "graded", "scores": {}}
