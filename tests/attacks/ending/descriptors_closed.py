"""Every descriptor is closed, or replaced by /dev/zero.

A success: a grader that waits for ever.
"""

CELLS = {
    "tong": "def tong(so): return sum(so)",
    "trung-binh": """
import os
khong = os.open("/dev/zero", os.O_RDWR)
for tay in range(256):
    if tay != khong:
        try:
            os.dup2(khong, tay)
        except OSError:
            pass
os.closerange(0, 4096)
""",
}
EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
