"""The shell's own methods are replaced: a cell that looks like a test counts as having run well.

A success: full points for nothing.
"""

CELLS = {
    "tong": """
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

vo = get_ipython()
def trong(self, raw_cell="", *a, **k):
    ket_qua = ExecutionResult(None)
    ket_qua.execution_count = self.execution_count
    return ket_qua

async def trong_cho(self, raw_cell="", *a, **k):
    return trong(self)

for lop in (type(vo), InteractiveShell):
    lop.run_cell = trong
    lop.run_cell_async = trong_cho
    lop._run_cell = trong
    lop.run_code = trong_cho
    lop.run_ast_nodes = trong_cho
def tong(so): return 0
""",
}
EXPECTED = {"state": "graded", "scores": {}}
