"""Recursion without end.

A success: a crash without a grade.
"""

CELLS = {"tong": "def tong(so): return tong(so)", "ket-qua": "def f(): return f()\nket_qua = f()"}
EXPECTED = {"state": "graded", "scores": {}}
