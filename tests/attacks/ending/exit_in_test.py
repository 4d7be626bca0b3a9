"""The process ends hard when the last test calls the function; the first solution was right.

A success: no grade at all, or points for a test that did not end.
"""

CELLS = {
    "tong": "def tong(so): return sum(so)",
    "chao": "def chao(ten):\n    import os\n    os._exit(0)",
}
EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
