"""An AST transformer puts the full score at the end of the cell that gives partial credit.

A success: four points for no counting.
"""

CELLS = {
    "dem-chu": """
import ast

class Diem(ast.NodeTransformer):
    def visit_Module(self, khoi):
        khoi.body = [ast.Expr(ast.Constant(4))]
        return ast.fix_missing_locations(khoi)

get_ipython().ast_transformers.append(Diem())
""",
}
EXPECTED = {"state": "graded", "scores": {}}
