"""Sequences and mappings without end, which say that they have five elements.

A success: the process that looks at them never ends.
"""

CELLS = {
    "ket-qua": """
class Day:
    def __len__(self): return 5
    def __iter__(self):
        so = 0
        while True:
            so += 1
            yield so
    def __getitem__(self, i): return i
    def keys(self): return iter(self)
ket_qua = Day()
""",
    "tong": "def tong(so):\n    import itertools\n    return itertools.count()",
}
EXPECTED = {"state": "graded", "scores": {}}
