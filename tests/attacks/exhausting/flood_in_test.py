"""The function floods the output each time a test calls it.

A success: the grader's memory fills, or no grade.
"""

CELLS = {
    "tong": "def tong(so):\n    for _ in range(100_000): print('x' * 100)\n    return 0",
    "dem-chu": "def dem_chu(van_ban):\n    import sys\n    sys.stderr.write('e' * 50_000_000)",
}
EXPECTED = {"state": "graded", "scores": {}}
