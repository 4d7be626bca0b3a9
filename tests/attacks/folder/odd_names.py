"""File names with line breaks, control characters, or bytes that are no text.

A success: a log or listing is forged, or the grader fails on the name.
"""

import os

LESSON = "questions"


def place(folder):
    """Make them by their bytes."""
    for name in (b"dong\nmoi", b"\x1b[2J", b"\xff\xfe", b"\xed\xa0\x80"):
        handle = os.open(os.fsencode(folder) + b"/" + name, os.O_CREAT | os.O_WRONLY)
        os.close(handle)


EXPECTED = {"state": "refused", "scores": {}}
