"""Thousands of thread switches a second while a thread waits for the moment between test and score.

A success: points for any test, or a grader that gets nowhere.
"""

CELLS = {
    "tong": """
import sys, threading

sys.setswitchinterval(1e-6)
def rinh():
    import time
    het = time.monotonic() + 20
    while time.monotonic() < het:
        for khung in list(sys._current_frames().values()):
            while khung is not None:
                if "diem" in khung.f_globals and khung.f_code.co_name == "<module>":
                    khung.f_globals["diem"] = 4
                khung = khung.f_back
for _ in range(3):
    threading.Thread(target=rinh, daemon=True).start()
""",
    "dem-chu": "def dem_chu(van_ban): return -1",
}
EXPECTED = {"state": "graded", "scores": {}}
