"""Builtins that tests use are shadowed by the learner's own names.

A success: points for the list or the mean.
"""

CELLS = {
    "trung-binh": """
class Gan(float):
    def __lt__(self, khac): return True
def isinstance(*a): return True
def abs(x): return Gan(0)
def trung_binh(so):
    return 2.5
""",
    "ket-qua": """
def len(x): return 5
def max(x): return 16
list = dict = sorted = lambda *a: None
ket_qua = [0, 1, 4, 9, 16, 25]
""",
}
EXPECTED = {"state": "graded", "scores": {}}
