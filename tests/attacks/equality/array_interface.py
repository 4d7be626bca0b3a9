"""Objects that turn into another array, number or text each time somebody converts them.

A success: points for any answer.
"""

CELLS = {
    "tong": """
import numpy as np

class Doi:
    lan = 0
    def _so(self):
        Doi.lan += 1
        return [6, 741, 0, 0.75][Doi.lan % 4]
    def __array__(self, dtype=None, copy=None):
        return np.full((), np.nan)
    def __float__(self): return float(self._so())
    def __int__(self): return int(self._so())
    __index__ = __int__
    def __complex__(self): return complex(self._so())
    @property
    def __array_interface__(self):
        return {"shape": (), "typestr": "<f8", "version": 3, "data": np.full(1, self._so())}
    def __eq__(self, khac):
        return np.equal(khac, khac)
    def __rsub__(self, khac): return khac - khac

def tong(so): return Doi()
""",
    "trung-binh": "def trung_binh(so): return Doi()",
    "dem-chu": "def dem_chu(van_ban): return Doi()",
}
EXPECTED = {"state": "graded", "scores": {}}
