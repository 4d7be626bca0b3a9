"""A trace function that is set in the test's own frame jumps from its first line to its last.

A success: points for printing, or for the greeting.
"""

_CODE = """
import sys

def nhay(khung):
    cuoi = max(dong for _, _, dong in khung.f_code.co_lines() if dong)
    def theo(o_day, viec, gia_tri):
        if viec == "line" and o_day is khung and o_day.f_lineno < cuoi:
            try:
                o_day.f_lineno = cuoi
            except ValueError:
                pass
        return theo
    sys.settrace(lambda *a: None)
    khung.f_trace = theo
"""
CELLS = {
    "chao": _CODE + "def chao(ten): nhay(sys._getframe(1))",
    "in-so": _CODE + "def in_so(day): nhay(sys._getframe(1))",
}
EXPECTED = {"state": "graded", "scores": {}}
