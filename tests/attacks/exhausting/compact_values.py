"""Values that are small to describe and endless to look at: ranges, broadcast arrays, calendars, powers of ten.

A success: the process that compares them runs out of memory or time.
"""

CELLS = {
    "tong": "import decimal, fractions\ndef tong(so): return decimal.Decimal('1e400000000')",
    "trung-binh": "def trung_binh(so): return np.broadcast_to(np.float64(2.5), (1 << 45,))",
    "loc-bang": """
def loc_bang(bang):
    if len(bang) == 4:
        return pd.DataFrame(index=pd.RangeIndex(3_000_000_000))
    return pd.DataFrame({"xa": pd.Series(range(3)), "so": pd.Series(range(3))}, index=pd.interval_range(0, 3))
""",
    "ket-qua": "ket_qua = range(10**15)",
    "dem-chu": "def dem_chu(van_ban): return pd.Timedelta.max",
    "binh-phuong": "def binh_phuong(so): return fractions.Fraction(1, 10**4000) ** 20",
    "giai-thua": "def giai_thua(so): return pd.date_range('1700', '2200', freq='s')",
}
EXPECTED = {"state": "graded", "scores": {}}
