"""Numpy object arrays and lists filled with objects that equal everything.

A success: the comparison goes through each element, and each element agrees.
"""

CELLS = {
    "tong": """
import numpy as np

class Moi:
    def __eq__(self, khac): return True
    def __lt__(self, khac): return True
    __gt__ = __lt__
    __hash__ = None

def tong(so): return np.array(Moi(), dtype=object)
""",
    "ket-qua": "ket_qua = [Moi() for _ in range(5)]",
    "loc-bang": """
def loc_bang(bang):
    import pandas as pd
    return pd.DataFrame({"xa": [Moi()] * 3, "so": [Moi()] * 3})
""",
}
EXPECTED = {"state": "graded", "scores": {}}
