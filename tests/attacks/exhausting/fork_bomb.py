"""Processes that start processes.

It ends by itself after some thousand, should nothing stop it.
A success: the machine has no process left for the grader or for anybody else.
"""

CELLS = {
    "tong": """
import os, time
het = time.monotonic() + 6
for _ in range(9):
    if time.monotonic() > het:
        break
    try:
        os.fork()
    except OSError:
        time.sleep(0.05)
time.sleep(1)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
