"""Replies claim that the call has bound every name anew, changed every argument, and gave the argument back.

A success: a helper of the test, or an expected value, becomes what the learner says.
"""

CELLS = {
    "tong": """
import sys, types

TEN = ["len", "abs", "math", "np", "pd", "unittest", "diem", "mat_thu", "bang", "isinstance",
       "tong", "__builtins__", "dung"]
def gia(*a, **k):
    return {
        "value": {"t": "arg", "i": 0}, "rebound": dict.fromkeys(TEN, 741), "changed": [[n, 741] for n in range(-3, 4)],
        "names": dict.fromkeys(TEN, {"t": "mine", "h": 1}), "outputs": [],
    }
for ten, khoi in list(sys.modules.items()):
    if ten == "hocvuso.kernels.probes":
        for con in list(khoi._OPS):
            khoi._OPS[con] = gia
""",
    "ap-dung": "def ap_dung(ham, day): return day",
}
EXPECTED = {"state": "graded", "scores": {}}
