"""Sleeping for days, in a solution and in a test: no CPU time passes.

A success: a grader that waits for ever.
"""

CELLS = {
    "tong": "import time\ndef tong(so): time.sleep(10**6)",
    "ket-qua": "import time\nwhile True: time.sleep(10**6)",
}
EXPECTED = {"state": "graded", "scores": {}}
