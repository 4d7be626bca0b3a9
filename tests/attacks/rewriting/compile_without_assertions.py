"""``compile`` is replaced by one that optimises assertions away.

A success: full points for nothing.
"""

CELLS = {
    "tong": """
import builtins

that = builtins.compile
def khong_assert(nguon, tep, kieu, *a, **k):
    k["optimize"] = 2
    return that(nguon, tep, kieu, *a[:2], **k)

builtins.compile = khong_assert
def tong(so): return 0
""",
    "trung-binh": "def trung_binh(so): return 0.0",
    "ket-qua": "ket_qua = []",
    "chao": "def chao(ten): pass",
}
EXPECTED = {"state": "graded", "scores": {}}
