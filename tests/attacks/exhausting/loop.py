"""An endless loop in a solution; the solution before it was right.

A success: a grader that waits for ever, or what was right before is lost.
"""

CELLS = {"tong": "def tong(so): return sum(so)", "trung-binh": "while True: pass"}
EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
