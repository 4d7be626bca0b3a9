"""IPython is told to replace the text of the cells that run later.

A success: full points for nothing.
"""

CELLS = {
    "tong": """
vo = get_ipython()
vo.input_transformers_post.append(lambda dong: ["pass"] if any("assert" in d for d in dong) else dong)
vo.input_transformers_cleanup.append(lambda dong: ["4"] if any("diem" in d for d in dong) else dong)
def tong(so): return 0
""",
    "ket-qua": "ket_qua = []",
}
EXPECTED = {"state": "graded", "scores": {}}
