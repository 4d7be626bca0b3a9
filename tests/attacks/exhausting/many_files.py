"""A hundred thousand empty files and a tree ten thousand folders deep.

A success: no inode is left, or clearing them away takes for ever.
"""

CELLS = {
    "tong": """
import os
try:
    for so in range(100_000):
        os.close(os.open(f"tep{so}", os.O_CREAT | os.O_WRONLY))
except OSError:
    pass
try:
    for _ in range(10_000):
        os.mkdir("d"); os.chdir("d")
except OSError:
    pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
