"""The account's balance is a descriptor that gives back what it is compared with.

A success: points for the class.
"""

CELLS = {
    "tai-khoan": """
class Vua:
    def __eq__(self, khac): return True
    def __hash__(self): return 0
    def __repr__(self): return "150"

class Mo:
    def __get__(self, doi_tuong, lop): return Vua()
    def __set__(self, doi_tuong, gia_tri): pass

class TaiKhoan:
    so_du = Mo()
    def __init__(self, so_du): pass
    def __getattribute__(self, ten):
        return (lambda tien: Vua()) if ten == "nap" else Vua()
""",
}
EXPECTED = {"state": "graded", "scores": {}}
