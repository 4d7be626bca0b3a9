"""Twenty processes that compute at once, for longer than one of them may.

A success: the machine is busy with them, and honest submissions run into their limits.
"""

CELLS = {
    "tong": """
import os, time
het = time.monotonic() + 30
for _ in range(20):
    try:
        if os.fork() == 0:
            os.setsid()
            while time.monotonic() < het: pass
            os._exit(0)
    except OSError:
        break
""",
}
EXPECTED = {"state": "graded", "scores": {}}
