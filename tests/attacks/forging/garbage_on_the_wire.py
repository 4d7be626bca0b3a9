"""Lengths of four gigabytes, broken UTF-8, deep JSON and noise are written into every socket of this process.

A success: the grader fails, hangs or grows; or other submissions lose their grades.
"""

CELLS = {
    "tong": """
import os, stat, struct

rac = [
    struct.pack(">I", 0xFFFFFFFF) + b"{" * 4096,
    struct.pack(">I", 12) + b"\\xff\\xfe\\xed\\xa0\\x80" * 3,
    struct.pack(">I", 100000) + b"[" * 100000,
    struct.pack(">I", 2) + b"[]" + os.urandom(4096),
    b'{"outputs":NaN}\\n' * 100,
]
for tay in range(256):
    try:
        if stat.S_ISSOCK(os.fstat(tay).st_mode):
            for loi in rac:
                os.write(tay, loi)
    except OSError:
        pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
