"""``exec`` and ``eval`` are replaced by functions that run nothing which looks like a test.

A success: full points for nothing.
"""

CELLS = {
    "tong": """
import builtins

that, tinh = builtins.exec, builtins.eval
def lam(ma, *a, **k):
    if "assert" not in str(getattr(ma, "co_names", "")) and "diem" not in str(getattr(ma, "co_names", "")):
        return that(ma, *a, **k)

builtins.exec = lam
builtins.eval = lambda ma, *a, **k: None if "tong" in str(getattr(ma, "co_names", "")) else tinh(ma, *a, **k)
def tong(so): return 0
""",
    "ket-qua": "ket_qua = []",
    "dem-chu": "def dem_chu(van_ban): return -1",
}
EXPECTED = {"state": "graded", "scores": {}}
