"""Builtins that tests use are replaced in the module ``builtins``.

A success: points for the list, the table or the mean.
"""

CELLS = {
    "ket-qua": """
import builtins

class Moi:
    def __eq__(self, khac): return True
    def __ne__(self, khac): return True
    def __lt__(self, khac): return True
    def __len__(self): return 5
    def __iter__(self): return iter([16])
    def __getitem__(self, ten): return self
    def all(self): return True
    __hash__ = None

builtins.isinstance = lambda *a: True
builtins.len = lambda x: 3
builtins.abs = lambda x: 0.0
builtins.max = lambda *a, **k: 16
builtins.list = lambda *a: ["D"]
builtins.AssertionError = type("Sai", (Exception,), {})
ket_qua = Moi()
def trung_binh(so): return Moi()
def loc_bang(bang): return Moi()
""",
}
EXPECTED = {"state": "graded", "scores": {}}
