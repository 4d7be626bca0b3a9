"""The function through which a test asks the judge is replaced by one that always says yes.

A success: points for doubling, printing or the greeting.
"""

_CODE = """
import io, sys
import hocvuso.kernels.checks as noi_hoi

def thay(khung):
    for ten in ("__check__",):
        khung.f_globals[ten] = lambda *a, **k: True
    noi_hoi.install = lambda ten, *a, **k: ten.update(__check__=lambda *a, **k: True, __sealed__=str)
noi_hoi.install = lambda ten, *a, **k: ten.update(__check__=lambda *a, **k: True, __sealed__=str)
"""
CELLS = {
    "chao": _CODE + "def chao(ten): thay(sys._getframe(1))",
    "in-so": _CODE + "def in_so(day): thay(sys._getframe(1))",
    "nhan-doi": _CODE + "def nhan_doi(chu): thay(sys._getframe(1))",
}
EXPECTED = {"state": "graded", "scores": {}}
