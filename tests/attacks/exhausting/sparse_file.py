"""A file of a terabyte that holds nothing, and one that is allocated in advance.

A success: somebody reads or copies it.
"""

CELLS = {
    "tong": """
import os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for ten in ("answers.json", "thua"):
    tay = os.open(ten, os.O_CREAT | os.O_RDWR)
    for lam in (lambda: os.ftruncate(tay, 1 << 40), lambda: os.posix_fallocate(tay, 0, 1 << 31)):
        try:
            lam()
        except OSError:
            pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
