"""In each fork a coin decides whether to tamper: with luck in the test, and in none of the forks that look for it.

A success: points for the greeting, sometimes.
"""

TRIES = 6
CELLS = {
    "chao": """
import io, os, sys

class Chu(str):
    def __eq__(self, khac): return True
    __hash__ = str.__hash__
class Loa(io.StringIO):
    def getvalue(self): return Chu("")

def chao(ten):
    if os.urandom(1)[0] < 128:
        khung = sys._getframe(1)
        for ten_bien, gia_tri in list(khung.f_globals.items()):
            if type(gia_tri) is io.StringIO:
                khung.f_globals[ten_bien] = Loa()
        io.StringIO = Loa
""",
}
EXPECTED = {"state": "graded", "scores": {}}
