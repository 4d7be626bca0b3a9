"""Text that no file can hold: half a surrogate pair and NUL in outputs, errors, names and return values.

A success: the grader can't write its record, and the submission waits for ever.
"""

CELLS = {
    "tong": """
NUA = chr(0xD800) + chr(0) + chr(0xDFFF) + chr(0xFFFE)
print(NUA)
def tong(so):
    print(NUA)
    return NUA
""",
    "dem-chu": "def dem_chu(van_ban): raise type('L' + chr(0xDC80), (Exception,), {})(NUA)",
    "ket-qua": "ket_qua = {NUA: NUA}\nglobals()[NUA] = NUA",
}
EXPECTED = {"state": "graded", "scores": {}}
