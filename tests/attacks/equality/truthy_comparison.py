"""Comparisons give back an object that is true, whatever was compared.

A success: points for any answer.
"""

CELLS = {
    "tong": """
class That:
    def __bool__(self): return True
    def all(self, *a, **k): return self
    def __invert__(self): return self
    def __and__(self, khac): return self
    __or__ = __rand__ = __and__

class Moi:
    def _so(self, khac): return That()
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _so
    def __contains__(self, khac): return True
    __hash__ = None

def tong(so): return Moi()
""",
    "dem-chu": "def dem_chu(van_ban): return Moi()",
    "tai-khoan": """
class TaiKhoan:
    def __init__(self, so_du): pass
    so_du = Moi()
    def nap(self, tien): return Moi()
""",
}
EXPECTED = {"state": "graded", "scores": {}}
