"""SystemExit in a cell and in a test; the solution between them is right.

A success: no grade, or points for the test that was left early.
"""

CELLS = {
    "tong": "import sys\ndef tong(so): sys.exit(0)",
    "ket-qua": "ket_qua = [so * so for so in range(5)]\nsys.exit(0)",
}
EXPECTED = {"state": "graded", "scores": {"thu-ket-qua": 1}}
