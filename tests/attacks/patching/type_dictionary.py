"""Through the garbage collector the dictionaries of builtin types are opened, and their methods exchanged.

A success: points for the greeting.
"""

CELLS = {
    "chao": """
import ctypes, gc, io

class Chu(str):
    def __eq__(self, khac): return True
    __hash__ = str.__hash__

for lop, ten, ham in ((io.StringIO, "getvalue", lambda self: Chu("")), (str, "__eq__", lambda a, b: True)):
    bang_ten = gc.get_referents(lop.__dict__)[0]
    bang_ten[ten] = ham
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(lop))
def chao(ten): pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
