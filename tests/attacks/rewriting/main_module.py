"""``__main__`` becomes a module whose every name exists and agrees.

A success: points for any test.
"""

CELLS = {
    "tong": """
import sys, types

class Moi:
    def __eq__(self, khac): return True
    def __ne__(self, khac): return True
    def __call__(self, *a): return self
    def __len__(self): return 5
    __hash__ = None

class Chinh(types.ModuleType):
    def __getattribute__(self, ten):
        return Moi() if ten in ("tong", "ket_qua", "dem_chu", "trung_binh") else super().__getattribute__(ten)

try:
    sys.modules["__main__"].__class__ = Chinh
except TypeError:
    pass
sys.modules["__main__"] = Chinh("__main__")
get_ipython().user_module = sys.modules["__main__"]
""",
}
EXPECTED = {"state": "graded", "scores": {}}
