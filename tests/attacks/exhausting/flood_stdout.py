"""Output without end; the solution before it was right.

A success: the grader's memory or disk fills, or what was right is lost.
"""

CELLS = {
    "tong": "def tong(so): return sum(so)",
    "ket-qua": "for _ in range(400_000): print('x' * 100)",
}
EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
