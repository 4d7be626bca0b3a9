"""One line of two hundred megabytes.

A success: the grader's memory fills.
"""

CELLS = {"tong": "print('x' * 200_000_000)"}
EXPECTED = {"state": "graded", "scores": {}}
