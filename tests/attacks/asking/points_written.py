"""The variable in which a test counts its points is filled from inside the function.

A success: points for doubling.
"""

CELLS = {
    "nhan-doi": """
import sys

class Diem(int):
    def __add__(self, them): return self
    __iadd__ = __radd__ = __add__

def nhan_doi(chu):
    sys._getframe(1).f_globals["diem"] = Diem(4)
    return None
""",
}
EXPECTED = {"state": "graded", "scores": {}}
