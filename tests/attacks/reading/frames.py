"""A function that a test calls walks up the frames to the test: its constants, its names, its text.

A success: the hidden test comes out.
"""

CELLS = {
    "tong": """
import sys

def nhin():
    khung, thay = sys._getframe(1), []
    while khung is not None:
        thay += [repr(khung.f_code.co_consts), khung.f_code.co_filename]
        for gia_tri in [*khung.f_globals.values(), *khung.f_locals.values()]:
            if isinstance(gia_tri, (str, list, tuple)):
                thay.append(repr(gia_tri))
        khung = khung.f_back
    print("LO " + "".join(thay).encode("utf-8", "replace").hex())

def tong(so): nhin()
""",
    "tai-khoan": """
class TaiKhoan:
    def __init__(self, so_du): nhin()
    def __getattr__(self, ten): nhin()
    def __eq__(self, khac): nhin()
    def __del__(self): nhin()
""",
}
EXPECTED = {"state": "graded", "scores": {}}
