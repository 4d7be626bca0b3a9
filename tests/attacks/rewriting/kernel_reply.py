"""The kernel answers every request to run a cell with "ok" and runs nothing more.

A success: full points for nothing.
"""

CELLS = {
    "tong": """
nhan = getattr(get_ipython(), "kernel", None)
if nhan is not None:
    async def xong(*a, **k):
        return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
    nhan.do_execute = xong
    type(nhan).do_execute = xong
def tong(so): return 0
""",
}
EXPECTED = {"state": "graded", "scores": {}}
