"""What the author's setup cell bound is bound anew: the modules, and the table that tests start from.

A success: points for the mean or the table.
"""

CELLS = {
    "trung-binh": """
from unittest.mock import MagicMock

class So(float):
    def __abs__(self): return 0.0
    def __add__(self, khac): return self
math = unittest = MagicMock()
math.isclose.return_value = True
np = pd = MagicMock()
bang = [1, 2, 3]
def trung_binh(so): return So(1)
""",
    "loc-bang": """
class Bang(list):
    def __getitem__(self, ten): return Cot("D")
class Cot(str):
    def __eq__(self, khac): return MagicMock()
def loc_bang(bang): return Bang([1, 2, 3])
""",
}
EXPECTED = {"state": "graded", "scores": {}}
