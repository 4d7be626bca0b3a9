"""Exceptions that ordinary handlers let through: KeyboardInterrupt, GeneratorExit, own ones.

A success: a grader that takes them for its own, or points for the test.
"""

CELLS = {
    "tong": "def tong(so): raise KeyboardInterrupt",
    "trung-binh": "def trung_binh(so): raise GeneratorExit",
    "dem-chu": "class Ra(BaseException): pass\ndef dem_chu(van_ban): raise Ra",
    "tai-khoan": "class TaiKhoan:\n    def __init__(self, so_du): raise SystemExit(0)",
    "chao": "import asyncio\ndef chao(ten): raise asyncio.CancelledError",
}
EXPECTED = {"state": "graded", "scores": {}}
