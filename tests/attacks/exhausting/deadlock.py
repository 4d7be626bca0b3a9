"""A lock that is taken twice, a queue that nobody fills, a child that nobody ends.

A success: a grader that waits for ever.
"""

CELLS = {
    "tong": "import threading\nkhoa = threading.Lock()\nkhoa.acquire()\ndef tong(so): khoa.acquire()",
    "ket-qua": "import queue\nqueue.Queue().get()",
}
EXPECTED = {"state": "graded", "scores": {}}
