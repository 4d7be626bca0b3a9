"""A function that a test passes in is called without end: in a loop, from threads, with itself and with monsters.

A success: the process that answers the calls never ends, or dies and takes the grader along.
"""

CELLS = {
    "ap-dung": """
import threading
def goi(ham):
    for so in range(200_000):
        for vat in (so, ham, "x" * 100_000, [ham] * 50, float("inf"), 1 << 100_000, {}, None):
            try:
                ham(vat)
            except Exception:
                pass
def ap_dung(ham, day):
    for _ in range(4):
        threading.Thread(target=goi, args=(ham,), daemon=True).start()
    goi(ham)
    return []
""",
}
EXPECTED = {"state": "graded", "scores": {}}
