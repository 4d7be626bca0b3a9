"""The test's questions are passed on with empty arrays for answers; whatever comes back, the test is told yes.

What an empty array is compared with gives an empty array: neither true nor false. A success: points for printing, for
the greeting or for doubling.
"""

_CODE = """
import sys
import numpy as np

def thay(khung):
    hoi = khung.f_globals.get("__check__")
    if hoi is None or getattr(hoi, "rong", False):
        return
    def rong(cau, *phan, **them):
        try:
            hoi(cau, *[np.empty((0, 1), dtype=str) for _ in phan])
        except BaseException:
            pass
        return True
    rong.rong = True
    khung.f_globals["__check__"] = rong
"""
CELLS = {
    "chao": _CODE + "def chao(ten): thay(sys._getframe(1))",
    "in-so": _CODE + "def in_so(day): thay(sys._getframe(1))",
    "nhan-doi": _CODE + "def nhan_doi(chu): thay(sys._getframe(1))",
}
EXPECTED = {"state": "graded", "scores": {}}
