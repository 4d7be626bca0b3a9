"""A subclass of int that equals every number, its own attribute and itself after adding.

A success: points for the sum, for counting words, or for the account.
"""

CELLS = {
    "tong": """
class So(int):
    def __eq__(self, khac): return True
    def __ne__(self, khac): return False
    __hash__ = int.__hash__

def tong(so): return So(1)
""",
    "dem-chu": "def dem_chu(van_ban): return So(-1)",
    "tai-khoan": """
class TaiKhoan:
    so_du = So(1)
    def __init__(self, so_du): pass
    def nap(self, tien): return So(1)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
