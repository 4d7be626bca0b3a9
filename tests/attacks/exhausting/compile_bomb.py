"""Source text that is small but takes gigabytes to compile or to highlight.

A success: whoever compiles or shows it runs out of memory or time.
"""

CELLS = {
    "tong": "x = "
    + "(" * 80
    + "1"
    + ")" * 80
    + "\ny = "
    + "-" * 3000
    + "1\nz = lambda: 1"
    + " if 1 else 1" * 2000,
    "ket-qua": "a = 10 ** 10 ** 8\nket_qua = f'{1:1000000000}'",
}
EXPECTED = {"state": "graded", "scores": {}}
