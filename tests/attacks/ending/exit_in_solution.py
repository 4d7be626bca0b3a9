"""The process ends hard in the second solution; the first was right.

A success: no grade at all, an aborted class, or a run that is tried again for ever. What ran before must count.
"""

CELLS = {
    "tong": "def tong(so): return sum(so)",
    "trung-binh": "import os\nos._exit(0)",
}
EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
