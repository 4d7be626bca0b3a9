"""A finder is put in front of all others, and the real modules are taken out of sys.modules.

A success: points for the greeting.
"""

CELLS = {
    "chao": """
import importlib.abc, importlib.machinery, sys

NGUON = '''
class Chu(str):
    def __eq__(self, khac): return True
    __hash__ = str.__hash__
class StringIO:
    def getvalue(self): return Chu("")
class redirect_stdout:
    def __init__(self, luong): pass
    def __enter__(self): return self
    def __exit__(self, *a): return True
'''

class Tim(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, ten, duong=None, dich=None):
        return importlib.machinery.ModuleSpec(ten, self) if ten in ("io", "contextlib") else None
    def create_module(self, mo_ta): return None
    def exec_module(self, khoi): exec(NGUON, khoi.__dict__)

sys.meta_path.insert(0, Tim())
for ten in ("io", "contextlib"):
    sys.modules.pop(ten, None)
def chao(ten): pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
