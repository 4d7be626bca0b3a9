"""An object whose ``__class__`` says float while it is nothing of the kind.

A success: points for the mean.
"""

CELLS = {
    "trung-binh": """
class Gia:
    @property
    def __class__(self): return float
    def __eq__(self, khac): return True
    def __hash__(self): return 0
    def __add__(self, khac): return 0.0
    __sub__ = __rsub__ = __add__
    def __abs__(self): return 0.0
    def __lt__(self, khac): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __float__(self): return 15.25

def trung_binh(so): return Gia()
""",
}
EXPECTED = {"state": "graded", "scores": {}}
