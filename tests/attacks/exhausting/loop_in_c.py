"""Endless work inside one call of a C function, which no Python signal handler interrupts.

A success: a grader that waits for ever.
"""

CELLS = {
    "tong": "import re\ndef tong(so): re.match('(a|a)*$', 'a' * 60 + 'b')",
    "ket-qua": "import itertools\nsum(itertools.repeat(1))",
}
EXPECTED = {"state": "graded", "scores": {}}
