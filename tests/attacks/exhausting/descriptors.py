"""Every descriptor and every socket that can be had, before the test needs one.

A success: no grade at all, or a descriptor of the grader is used up.
"""

CELLS = {
    "tong": """
import os, socket
giu = []
try:
    while len(giu) < 100_000: giu += socket.socketpair()
except OSError:
    pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
