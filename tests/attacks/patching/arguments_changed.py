"""What a test passes in is changed so that it agrees with the wrong answer afterwards.

A success: points for the table, whose expected rows the test derives from its own data.
"""

CELLS = {
    "tong": """
def tong(so):
    so.clear()
    return so
""",
    "loc-bang": """
def loc_bang(bang):
    bang.drop(bang.index, inplace=True)
    for ten in list(bang.columns):
        bang[ten] = []
    return bang
""",
}
EXPECTED = {"state": "graded", "scores": {}}
