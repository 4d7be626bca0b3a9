"""While a test runs, its text is read from the cell history.

A success: the hidden test comes out.
"""

CELLS = {
    "tong": """
def tong(so):
    ten = get_ipython().user_ns
    chu = repr(ten.get("In")) + repr(ten.get("_ih")) + repr(ten.get("_i"))
    chu += repr(list(get_ipython().history_manager.get_range(raw=False))) if get_ipython().history_manager else ""
    print("LO " + chu.encode().hex())
""",
    "trung-binh": 'print("LO " + repr(In).encode().hex())',
}
EXPECTED = {"state": "graded", "scores": {}}
