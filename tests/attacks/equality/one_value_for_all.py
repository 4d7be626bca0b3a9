"""Arrays of one or no element, which numpy spreads over whatever they are compared with.

A success: a comparison of every element with one finds nothing wrong, or finds nothing at all.
"""

CELLS = {
    "tong": "def tong(so): return np.array([])",
    "trung-binh": "def trung_binh(so): return np.zeros((0, 3))",
    "loc-bang": "def loc_bang(bang): return bang.iloc[:0] if len(bang) < 3 else bang.iloc[:3] * 1",
    "ket-qua": "ket_qua = np.empty((5, 0))",
    "binh-phuong": "def binh_phuong(so): return np.array([True])",
    "giai-thua": "def giai_thua(so): return np.array([])",
}
EXPECTED = {"state": "graded", "scores": {}}
