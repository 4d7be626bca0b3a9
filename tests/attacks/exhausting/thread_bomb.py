"""Threads without end.

A success: the grader or its neighbours can start no thread any more.
"""

CELLS = {
    "tong": """
import threading, time
for _ in range(5000):
    try:
        threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
    except (RuntimeError, MemoryError):
        break
""",
}
EXPECTED = {"state": "graded", "scores": {}}
