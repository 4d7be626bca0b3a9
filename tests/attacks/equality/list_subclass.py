"""A subclass of list with the wrong numbers, equal to every list.

A success: the point for the list.
"""

CELLS = {
    "ket-qua": """
class Day(list):
    def __eq__(self, khac): return True
    def __ne__(self, khac): return True

ket_qua = Day([16, 0, 0, 0, 0])
""",
}
EXPECTED = {"state": "graded", "scores": {}}
