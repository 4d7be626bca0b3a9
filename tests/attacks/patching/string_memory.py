"""The expected text of a test is found among all objects and overwritten in memory with what was printed.

A success: points for the greeting.
"""

CELLS = {
    "chao": """
import ctypes, gc, sys

def chao(ten):
    khung = sys._getframe(1)
    hang = list(khung.f_code.co_consts)
    for hang_so in hang:
        if isinstance(hang_so, str) and hang_so.endswith(ten + "\\n"):
            vung = id(hang_so) + sys.getsizeof(hang_so) - len(hang_so.encode("latin-1", "replace")) - 1
            if not hang_so.isascii():
                vung = id(hang_so) + sys.getsizeof("à") - 1
            ctypes.memmove(vung, b"?" * len(hang_so), len(hang_so))
    print("?" * (len("Xin chào ") + len(ten)), end="?")
""",
}
EXPECTED = {"state": "graded", "scores": {}}
