"""Classes that answer for their instances: equality, isinstance and attributes come from a metaclass.

A success: points for any answer.
"""

CELLS = {
    "tong": """
class Goc(type):
    def __eq__(cls, khac): return True
    def __ne__(cls, khac): return True
    def __hash__(cls): return 0
    def __instancecheck__(cls, khac): return True
    def __call__(cls, *a): return cls
    def __len__(cls): return 5
    def __iter__(cls): return iter([16])
    def __getattr__(cls, ten): return cls

class Moi(metaclass=Goc):
    pass

tong = Moi
""",
    "trung-binh": "trung_binh = Moi",
    "ket-qua": "ket_qua = Moi",
    "dem-chu": "dem_chu = Moi",
    "tai-khoan": "TaiKhoan = Moi",
}
EXPECTED = {"state": "graded", "scores": {}}
