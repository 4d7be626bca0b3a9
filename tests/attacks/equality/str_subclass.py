"""A subclass of str comes out of a patched stream and equals every text.

A success: points for the greeting, which is judged beside the learner's code.
"""

CELLS = {
    "chao": """
import sys

class Chu(str):
    def __eq__(self, khac): return True
    def __ne__(self, khac): return False
    __hash__ = str.__hash__

def chao(ten):
    luong = sys.stdout
    if hasattr(luong, "getvalue"):
        try:
            luong.getvalue = lambda: Chu("")
        except AttributeError:
            pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
