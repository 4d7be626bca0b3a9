"""A socket file in the folder.

A success: the grader fails or connects.
"""

import os
import socket

LESSON = "questions"


def place(folder):
    """Bind one (by a short way: socket addresses are short)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(f"/proc/self/fd/{handle}/o-cam")
    finally:
        os.close(handle)


EXPECTED = {"state": "refused", "scores": {}}
