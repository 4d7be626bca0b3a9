"""The standard library's own object that equals everything, and mocks that answer every call.

A success: points for any answer.
"""

CELLS = {
    "tong": "from unittest.mock import ANY, MagicMock\ndef tong(so): return ANY",
    "ket-qua": """
ket_qua = MagicMock(spec=list)
ket_qua.__len__.return_value = 5
ket_qua.__eq__.return_value = True
ket_qua.__ne__.return_value = True
ket_qua.__iter__.return_value = iter([16])
""",
    "dem-chu": "def dem_chu(van_ban): return ANY",
    "tai-khoan": """
TaiKhoan = MagicMock()
TaiKhoan.return_value.nap.return_value = ANY
TaiKhoan.return_value.so_du = ANY
""",
}
EXPECTED = {"state": "graded", "scores": {}}
