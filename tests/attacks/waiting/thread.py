"""A thread waits until a test has begun and then makes its names agree.

A success: points for any test.
"""

CELLS = {
    "tong": """
import threading, time

class Moi:
    def __eq__(self, khac): return True
    def __ne__(self, khac): return True
    def __call__(self, *a): return self
    def __len__(self): return 5
    def __iter__(self): return iter([16])
    __hash__ = None

def rinh():
    ten = get_ipython().user_ns
    while True:
        ten["tong"] = ten["dem_chu"] = ten["ket_qua"] = Moi()
        if "diem" in ten:
            ten["diem"] = 4
        time.sleep(0.001)

threading.Thread(target=rinh, daemon=True).start()
time.sleep(0.05)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
