"""A subclass of float passes isinstance and is equal, close and near to every number.

A success: points for the mean.
"""

CELLS = {
    "trung-binh": """
class So(float):
    def __eq__(self, khac): return True
    def __ne__(self, khac): return False
    def __lt__(self, khac): return True
    def __le__(self, khac): return True
    def __sub__(self, khac): return So(0)
    def __rsub__(self, khac): return So(0)
    def __add__(self, khac): return So(0)
    def __abs__(self): return So(0)
    def __round__(self, *a): return 0
    def __float__(self): return 0.0
    __hash__ = float.__hash__

def trung_binh(so): return So(1)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
