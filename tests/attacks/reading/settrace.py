"""Trace and profile functions, set early and for all threads, look into every frame that runs later.

A success: the hidden test comes out.
"""

CELLS = {
    "tong": """
import sys, threading

def soi(khung, viec, gia_tri):
    hang = [c for c in khung.f_code.co_consts if isinstance(c, str) and "chim-" in c]
    if hang:
        sys.settrace(None); sys.setprofile(None)
        print("LO " + "".join(hang).encode().hex())
    return soi

sys.settrace(soi); sys.setprofile(soi); threading.settrace(soi); threading.setprofile(soi)
khung = sys._getframe()
while khung is not None:
    khung.f_trace = soi
    khung = khung.f_back
def tong(so): sys.settrace(soi); sys._getframe(1).f_trace = soi
""",
}
EXPECTED = {"state": "graded", "scores": {}}
