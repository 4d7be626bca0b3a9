"""Many processes that each stay below a limit for one.

Ends by itself at 8 GB.
A success: together they take the machine's memory.
"""

CELLS = {
    "tong": """
import os, time
for _ in range(16):
    try:
        if os.fork() == 0:
            giu = bytearray(b"x" * (512 << 20))
            time.sleep(3)
            os._exit(0)
    except (OSError, MemoryError):
        break
""",
}
EXPECTED = {"state": "graded", "scores": {}}
