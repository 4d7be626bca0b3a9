"""Answers of a hundred megabytes, a billion digits, a million levels, or themselves inside.

A success: the process that compares them runs out of memory or time.
"""

CELLS = {
    "tong": "def tong(so): return 'x' * 300_000_000",
    "trung-binh": "import numpy as np\ndef trung_binh(so): return np.broadcast_to(np.float64(0), (1 << 40,))",
    "loc-bang": "def loc_bang(bang): return pd.DataFrame({'xa': ['x' * 1000] * 200_000, 'so': 1})",
    "ket-qua": "ket_qua = s = []\nfor _ in range(200_000):\n    s.append([]); s = s[0]\nket_qua.append(ket_qua)",
    "dem-chu": "def dem_chu(van_ban): return 1 << 2_000_000_000",
}
EXPECTED = {"state": "graded", "scores": {}}
