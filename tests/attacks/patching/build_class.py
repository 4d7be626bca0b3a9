"""``__build_class__`` and ``object.__new__`` tricks: every class made later is of the learner's making.

A success: points for any test.
"""

CELLS = {
    "tai-khoan": """
import builtins

that = builtins.__build_class__
class Moi:
    def __init__(self, *a, **k): pass
    def __eq__(self, khac): return True
    __hash__ = None
    so_du = property(lambda self: Moi())
    def nap(self, tien): return Moi()

def dung(ham, ten, *goc, **k):
    return that(ham, ten, Moi) if ten == "TaiKhoan" else that(ham, ten, *goc, **k)
builtins.__build_class__ = dung
class TaiKhoan:
    pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
