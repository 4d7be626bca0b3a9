"""A timer interrupts whatever runs, again and again, and its handler changes the frame it finds.

A success: points for any test.
"""

CELLS = {
    "tong": """
import signal

class Moi:
    def __eq__(self, khac): return True
    def __ne__(self, khac): return True
    def __call__(self, *a): return self
    def __len__(self): return 5
    def __iter__(self): return iter([16])
    __hash__ = None

def chuong(so, khung):
    while khung is not None:
        for ten in ("tong", "ket_qua", "dem_chu"):
            khung.f_globals[ten] = Moi()
        if "diem" in khung.f_globals:
            khung.f_globals["diem"] = 4
        khung = khung.f_back

signal.signal(signal.SIGALRM, chuong)
signal.signal(signal.SIGPROF, chuong)
signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
signal.setitimer(signal.ITIMER_PROF, 0.002, 0.002)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
