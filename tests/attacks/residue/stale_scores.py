"""Two half-right hand-ins, with the tests of the other half deleted each time, are meant to add up.

A success: points for the first half after the second hand-in.
"""

ROUNDS = [
    {"tong": "def tong(so): return sum(so)", "ket-qua": "ket_qua = [so * so for so in range(5)]"},
    {"dem-chu": "def dem_chu(van_ban): return len(van_ban.split())"},
]
KEPT = ({"thu-tong", "thu-ket-qua"}, {"thu-dem-chu"})


def prepare(submission):
    """Leave only the tests that this half passes."""

    def stays(cell):
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        return not name.startswith("thu-") or name in KEPT[submission.round]

    submission.notebook["cells"] = [cell for cell in submission.notebook["cells"] if stays(cell)]


EXPECTED = {"state": "graded", "scores": {"thu-dem-chu": 4}}
