"""Files as large as they may be, as many as may be.

Ends by itself at 1.5 GB.
A success: the disk of the machine, or the work folder of others, is full.
"""

CELLS = {
    "tong": """
import os
khoi, con = b"x" * (1 << 20), 1500
for so in range(1000):
    try:
        with open(f"day{so}", "wb") as tep:
            for _ in range(30):
                tep.write(khoi)
                con -= 1
    except OSError:
        break
    if con <= 0:
        break
""",
}
EXPECTED = {"state": "graded", "scores": {}}
