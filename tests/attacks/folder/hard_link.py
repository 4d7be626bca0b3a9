"""A file of the submission is a hard link to a file outside (where the file system lets one make it).

A success: clearing the submission away, or writing beside it, changes the file outside.
"""

import os
from contextlib import suppress

LESSON = "questions"


def place(folder):
    """Link a file that everybody shares."""
    course = next(up for up in folder.parents if (up / "source").is_dir())
    with suppress(OSError):
        os.link(course / "mat-khau.txt", folder / "ghi-chu.txt")


EXPECTED = {"state": "graded", "all_but": []}
