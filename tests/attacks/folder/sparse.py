"""A file that says to be a terabyte large and takes no room.

A success: somebody reads or copies it whole.
"""

import os

LESSON = "questions"


def place(folder):
    """Make it."""
    with (folder / "thua.bin").open("wb") as file:
        os.truncate(file.fileno(), 1 << 40)


EXPECTED = {"state": "refused", "scores": {}}
