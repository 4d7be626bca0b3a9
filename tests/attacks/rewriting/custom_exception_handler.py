"""A custom exception handler of IPython swallows failed assertions.

A success: full points for nothing.
"""

CELLS = {
    "tong": """
def nuot(vo, loai, loi, vet, tb_offset=None):
    return []

get_ipython().set_custom_exc((AssertionError, TypeError, NameError, NotImplementedError), nuot)
def tong(so): return 0
""",
}
EXPECTED = {"state": "graded", "scores": {}}
