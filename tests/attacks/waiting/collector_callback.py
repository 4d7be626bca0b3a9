"""A callback of the garbage collector runs inside the test and makes its names agree.

A success: points for any test.
"""

CELLS = {
    "tong": """
import gc

class Moi:
    def __eq__(self, khac): return True
    def __ne__(self, khac): return True
    def __call__(self, *a): return self
    def __len__(self): return 5
    def __iter__(self): return iter([16])
    __hash__ = None

def don(luc, tin):
    ten = get_ipython().user_ns
    ten["tong"] = ten["dem_chu"] = ten["ket_qua"] = Moi()
gc.callbacks.append(don)
gc.set_threshold(1, 1, 1)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
