"""``__import__`` gives modules of the learner's making.

A success: points for the greeting.
"""

CELLS = {
    "chao": """
import builtins, types

class Chu(str):
    def __eq__(self, khac): return True
    __hash__ = str.__hash__

that = builtins.__import__
class Loa:
    def getvalue(self): return Chu("")
    def __enter__(self): return self
    def __exit__(self, *a): return True

def nhap(ten, *a, **k):
    if ten in ("io", "contextlib"):
        return types.SimpleNamespace(StringIO=Loa, redirect_stdout=lambda l: Loa())
    return that(ten, *a, **k)

builtins.__import__ = nhap
def chao(ten): pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
