"""Exceptions whose text, name, notes, causes and traceback fail, lie or never end.

A success: a grader that trips over them, a huge record, or points for the test.
"""

CELLS = {
    "tong": """
class Loi(Exception):
    def __str__(self): raise Loi
    __repr__ = __str__
    __class__ = property(lambda self: AssertionError)
    def __getattribute__(self, ten):
        if ten in ("args", "__notes__", "__traceback__"):
            raise Loi
        return super().__getattribute__(ten)
    def _render_traceback_(self): return None
def tong(so): raise Loi
""",
    "trung-binh": """
def trung_binh(so):
    loi = ValueError("x" * 3_000_000)
    loi.__cause__ = loi
    loi.__context__ = loi
    raise loi
""",
    "dem-chu": "def dem_chu(van_ban): raise type('L' * 1_000_000, (Exception,), {})('y')",
    "ket-qua": "raise ExceptionGroup('nhóm', [ExceptionGroup('con', [ValueError(i) for i in range(2000)])])",
}
EXPECTED = {"state": "graded", "scores": {}}
