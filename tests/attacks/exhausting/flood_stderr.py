"""Output without end on stderr.

A success: the grader's memory, disk or log fills.
"""

CELLS = {"tong": "import sys\nfor _ in range(400_000): sys.stderr.write('x' * 100 + '\\n')"}
EXPECTED = {"state": "graded", "scores": {}}
