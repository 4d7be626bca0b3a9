"""Output past Python: written to descriptors 1 and 2 and to everything else that is open.

A success: the grader's terminal, log or memory fills.
"""

CELLS = {
    "tong": """
import os
khoi = b"z" * 65536
for tay in (1, 2):
    try:
        os.set_blocking(tay, False)
        for _ in range(5000): os.write(tay, khoi)
    except OSError:
        pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
