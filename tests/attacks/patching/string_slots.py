"""The comparison slot of str itself is overwritten in memory, so that all texts are equal.

A success: points for the greeting (the process may also die: then nothing).
"""

CELLS = {
    "chao": """
import ctypes

class Kieu(ctypes.Structure):
    _fields_ = [("dau", ctypes.c_byte * 200), ("so_sanh", ctypes.c_void_p)]

HAM = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.py_object, ctypes.c_int)
kieu = Kieu.from_address(id(str))
that = HAM(kieu.so_sanh)

def gia(a, b, phep):
    if phep == 2 and ("Xin" in (a, b) or a[:3] == "Xin" or b[:3] == "Xin" or not a or not b):
        return True
    return that(a, b, phep)

giu = HAM(gia)
def chao(ten):
    kieu.so_sanh = ctypes.cast(giu, ctypes.c_void_p).value
""",
}
EXPECTED = {"state": "graded", "scores": {}}
