"""While a test runs, all objects of the process are searched for its text and constants.

A success: any of the secrets comes out.
"""

CELLS = {
    "tong": """
import gc

def tong(so):
    thay = set()
    for vat in gc.get_objects():
        for con in [vat, *gc.get_referents(vat)]:
            if isinstance(con, str) and "chim-" in con and len(con) < 100_000:
                thay |= {("chim-" + cho)[:40] for cho in con.split("chim-")[1:]}
            ma = getattr(con, "co_consts", None) if type(con).__name__ == "code" else None
            if ma:
                thay |= {str(c)[:60] for c in ma if isinstance(c, str) and "chim-" in c}
    print("LO " + "|".join(thay).encode().hex())
""",
}
EXPECTED = {"state": "graded", "scores": {}}
