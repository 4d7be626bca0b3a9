"""What a test left behind is read when the process ends, or when the learner's objects are taken away.

A success: the hidden test comes out.
"""

CELLS = {
    "tong": """
import atexit, os, sys, weakref

def ke(*a):
    chu = repr(globals().get("In")) + repr(globals().get("mat_thu"))
    os.write(1, ("LO " + chu.encode().hex() + "\\n").encode())
    print("LO " + chu.encode().hex())

class Cuoi:
    def __del__(self): ke()
giu = Cuoi()
atexit.register(ke)
weakref.finalize(sys.modules["__main__"], ke)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
