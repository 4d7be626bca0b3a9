"""The interpreter crashes: null pointer, abort, stack overflow in C.

A success: no grade at all, or a grader that goes down too.
"""

CELLS = {
    "tong": "def tong(so): return sum(so)",
    "trung-binh": "import ctypes\ndef trung_binh(so): ctypes.string_at(0)",
    "loc-bang": "import os\ndef loc_bang(bang): os.abort()",
    "ket-qua": "import ctypes\nctypes.string_at(0)",
}
EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
