"""No attack: right answers that also write to stderr. Text on stderr in a test gives 0, as with nbgrader.

What it must not do: cost more than the cells in which it happens, or stop anything.
"""

CELLS = {
    "tong": "import warnings\ndef tong(so):\n    warnings.warn('cũ rồi')\n    return sum(so)",
    "dem-chu": "import sys\ndef dem_chu(van_ban):\n    print('x', file=sys.stderr)\n    return len(van_ban.split())",
    "ket-qua": "ket_qua = [so * so for so in range(5)]\nprint('y', file=sys.stderr)",
}
EXPECTED = {"state": "graded", "scores": {"thu-ket-qua": 1}}
