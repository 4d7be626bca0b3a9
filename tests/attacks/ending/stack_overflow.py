"""Recursion without a limit until the C stack is used up.

A success: no grade at all.
"""

CELLS = {
    "tong": "def tong(so): return sum(so)",
    "ket-qua": """
import sys
sys.setrecursionlimit(10**9)
class A:
    def __getattr__(self, ten): return getattr(self, ten + "x")
def sau(n): return [sau(n + 1)]
sau(0)
""",
}
EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
