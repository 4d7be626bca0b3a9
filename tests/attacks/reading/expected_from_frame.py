"""The function reads the expected value out of the test that calls it, and does what the test expects.

A success: points for the greeting by a function that knows no greeting.
"""

CELLS = {
    "chao": """
import ast, linecache, sys

def chao(ten):
    khung = sys._getframe(1)
    while khung is not None:
        nguon = "".join(linecache.getlines(khung.f_code.co_filename)) or ""
        hang = [c for c in khung.f_code.co_consts if isinstance(c, str) and ten in c and c != ten]
        if hang:
            print(hang[0], end="")
            return
        khung = khung.f_back
""",
}
EXPECTED = {"state": "graded", "scores": {}}
