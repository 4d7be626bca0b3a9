"""The memory of this process is read raw and searched for secrets, also those that were there before the fork.

A success: any of the secrets comes out.
"""

CELLS = {
    "tong": """
import re

def luc():
    thay = set()
    with open("/proc/self/mem", "rb", 0) as nho, open("/proc/self/maps") as ban_do:
        for dong in ban_do:
            m = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", dong)
            if m and int(m[2], 16) - int(m[1], 16) < 1 << 28:
                try:
                    nho.seek(int(m[1], 16))
                    doan = nho.read(int(m[2], 16) - int(m[1], 16))
                except (OSError, OverflowError, ValueError):
                    continue
                thay |= set(re.findall(rb"chim-(?!\\()[a-z]{4,9}-[0-9a-f]{8}", doan))
    for t in thay:
        print("LO " + t.hex())

def tong(so): luc()
luc()
""",
}
EXPECTED = {"state": "graded", "scores": {}}
