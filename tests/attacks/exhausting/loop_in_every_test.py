"""Each function is an endless loop, so that every test costs the whole limit.

A success: a class that is held up for minutes by one learner.
"""

CELLS = {
    "tong": "def tong(so):\n    while True: pass",
    "trung-binh": "trung_binh = loc_bang = dem_chu = chao = tong",
    "tai-khoan": "class TaiKhoan:\n    def __init__(self, so_du): tong(1)",
}
EXPECTED = {"state": "graded", "scores": {}}
