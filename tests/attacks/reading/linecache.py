"""The source of the cell that runs is asked of linecache and inspect.

A success: the hidden test comes out.
"""

CELLS = {
    "tong": """
import inspect, linecache, sys

def tong(so):
    thay = [repr(list(linecache.cache.values()))]
    khung = sys._getframe(1)
    while khung is not None:
        try:
            thay.append(inspect.getsource(khung))
        except (OSError, TypeError):
            pass
        khung = khung.f_back
    print("LO " + "".join(thay).encode("utf-8", "replace").hex())
""",
}
EXPECTED = {"state": "graded", "scores": {}}
