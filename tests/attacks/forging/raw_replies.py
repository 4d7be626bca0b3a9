"""Replies that no honest process sends: broken tags, lying sizes, endless zones, deep and wide values.

A success: whoever decodes them dies, allocates what was never sent, or takes one for a right answer.
"""

CELLS = {
    "tong": """
import sys

def sau(n):
    loi = 741
    for _ in range(n):
        loi = {"t": "tuple", "v": [loi]}
    return loi

LOI = [
    {"t": "np", "d": "<f8", "s": [1 << 40], "v": ""}, {"t": "np", "d": "O", "s": [1], "v": "AAAAAAAAAAA="},
    {"t": "np", "d": "<U1000000000", "s": [0], "v": ""}, {"t": "np", "d": "V9", "s": [1], "v": "AAAAAAAAAAAA"},
    {"t": "pdrange", "v": [0, 1 << 62, 1], "n": None},
    {"t": "pdindex", "n": None, "v": {"t": "npobj", "s": [0], "v": []}},
    {"t": "pdframe", "i": {"t": "pdrange", "v": [0, 3, 1], "n": None}, "c": 7, "v": 7},
    {"t": "pdtz", "u": "ns", "z": "../../etc/passwd", "v": {"t": "np", "d": "<i8", "s": [0], "v": ""}},
    {"t": "zone", "v": "/etc/passwd"}, {"t": "zone", "v": "A" * 10**6}, {"t": "type", "v": "eval"},
    {"t": "nptype", "v": "memmap"}, {"t": "npdtype", "v": "O,O"}, {"t": "int", "v": "0x" + "f" * 10**6},
    {"t": "decimal", "v": "1e" + "9" * 30}, {"t": "fraction", "v": [1, 0]}, {"t": "range", "v": [0, 10**30, 1]},
    {"t": "sub", "v": 741, "r": {"t": "held", "h": -1}},
    {"t": "held", "h": 10**30, "k": "object", "n": "x", "p": ["call"]},
    {"t": "mine", "h": 1}, {"t": "arg", "i": 99},
    {"t": "dict", "v": [[{"t": "dict", "v": []}, 1]]}, {"t": "set", "v": [[1]]},
    sau(20), sau(90), sau(3000), {"t": ["int"], "v": 1}, {"t": "defaultdict", "v": [[1]]},
    [[]] * 10**5, "741", float("nan"),
]
dem = iter(LOI * 50)
khoi = sys.modules.get("hocvuso.kernels.probes")
if khoi is not None:
    khoi._told = lambda gia_tri: next(dem)
    khoi.encode = lambda gia_tri, *a, **k: next(dem)
def tong(so): return 0
""",
    "dem-chu": "def dem_chu(van_ban): return -1",
    "ap-dung": "def ap_dung(ham, day): return [ham(LOI)]",
    "giai-thua": "def giai_thua(so): raise type('X', (Exception,), {})(LOI)",
}
EXPECTED = {"state": "graded", "scores": {}}
