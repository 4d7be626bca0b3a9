"""A folder that is never finished: the file that nbgrader writes last is missing.

A success: half a hand-in is graded, or it holds up others. Expected: it waits.
"""

STOCK = "nbgrader collects a folder whether or not it is whole"


def place(folder):
    """Take the last file away."""
    (folder / "submission_secret.txt").unlink()


EXPECTED = {"state": "waiting"}
