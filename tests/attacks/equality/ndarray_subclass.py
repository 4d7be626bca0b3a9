"""An array whose ufuncs and array functions always answer yes.

A success: points for the mean (numpy.testing asks the array) or the sum.
"""

CELLS = {
    "tong": """
import numpy as np

class Mang(np.ndarray):
    def __array_ufunc__(self, ham, cach, *vao, **kem):
        return np.True_
    def __array_function__(self, ham, kieu, doi, kem):
        return True
    def __eq__(self, khac): return True
    def __bool__(self): return True

def gia():
    return np.zeros(()).view(Mang)

def tong(so): return gia()
""",
    "trung-binh": "def trung_binh(so): return gia()",
    "dem-chu": "def dem_chu(van_ban): return gia()",
}
EXPECTED = {"state": "graded", "scores": {}}
