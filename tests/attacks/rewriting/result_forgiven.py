"""A hook after each cell takes the error out of its result, and tracebacks are shown to nobody.

A success: full points for nothing.
"""

CELLS = {
    "tong": """
vo = get_ipython()
def tha(ket_qua):
    ket_qua.error_in_exec = ket_qua.error_before_exec = None

vo.events.register("post_run_cell", tha)
vo.showtraceback = lambda *a, **k: None
vo._showtraceback = lambda *a, **k: None
vo.set_custom_exc((BaseException,), lambda *a, **k: None)
def tong(so): return 0
""",
}
EXPECTED = {"state": "graded", "scores": {}}
