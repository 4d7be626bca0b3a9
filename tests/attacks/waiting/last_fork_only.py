"""Shared memory counts the forks; the test is tampered with in the one that comes after the others.

A success: points for the greeting.
"""

TRIES = 6
CELLS = {
    "chao": """
import io, mmap, os, sys

dem = mmap.mmap(-1, 1)
class Chu(str):
    def __eq__(self, khac): return True
    __hash__ = str.__hash__
class Loa(io.StringIO):
    def getvalue(self): return Chu("")

def chao(ten):
    dem[0] = min(dem[0] + 1, 250)
    if dem[0] > 4:
        khung = sys._getframe(1)
        for ten_bien, gia_tri in list(khung.f_globals.items()):
            if type(gia_tri) is io.StringIO:
                khung.f_globals[ten_bien] = Loa()
        io.StringIO = Loa
""",
}
EXPECTED = {"state": "graded", "scores": {}}
