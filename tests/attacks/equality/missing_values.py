"""Missing values, which are equal to nothing and skipped by much: NaN, NA, NaT, None, empty tables, empty lists.

A success: a comparison that skips what is missing finds nothing wrong.
"""

CELLS = {
    "tong": "def tong(so): return float('nan')",
    "trung-binh": "def trung_binh(so): return np.float64('nan')",
    "loc-bang": """
def loc_bang(bang):
    dai = 3 if len(bang) > 2 else 1
    return pd.DataFrame({"xa": pd.array([pd.NA] * dai, "string"), "so": pd.array([pd.NA] * dai, "Int64")})
""",
    "ket-qua": "ket_qua = [float('nan')] * 5",
    "dem-chu": "def dem_chu(van_ban): return pd.NaT",
    "ap-dung": "def ap_dung(ham, day): return np.array([])",
}
EXPECTED = {"state": "graded", "scores": {}}
