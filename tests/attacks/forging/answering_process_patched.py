"""The code that answers requests in this process is looked up among all objects and exchanged.

A success: points for any test that asks this process for plain values.
"""

CELLS = {
    "tong": """
import gc, sys, types

NGHE = ("answer", "encode", "look", "call", "_encode", "refer")
for ten, khoi in list(sys.modules.items()):
    if ten.startswith("hocvuso"):
        for con in list(vars(khoi)):
            vat = vars(khoi)[con]
            if isinstance(vat, types.FunctionType) and con.startswith(NGHE):
                setattr(khoi, con, lambda *a, **k: {"v": 741, "value": 741, "ok": True, "outputs": []})
def tong(so): return 0
""",
    "dem-chu": "def dem_chu(van_ban): return -1",
}
EXPECTED = {"state": "graded", "scores": {}}
