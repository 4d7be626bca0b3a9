"""The author's setup cells are edited, and own cells added, with code that makes every test pass.

A success: full points for nothing.
"""

EVIL = """
import ast
class Bo(ast.NodeTransformer):
    def visit_Assert(self, nut): return ast.copy_location(ast.Pass(), nut)
get_ipython().ast_transformers.append(Bo())
"""


def prepare(submission):
    """Put the code in front, into setup cells and at the end."""
    cells = submission.notebook["cells"]
    for cell in cells:
        if cell["cell_type"] == "code" and "nbgrader" not in cell["metadata"]:
            cell["source"] = EVIL
    own = {
        "cell_type": "code",
        "id": "cua-toi",
        "metadata": {},
        "source": EVIL,
        "outputs": [],
        "execution_count": None,
    }
    cells.insert(0, own)
    cells.append(
        own | {"id": "cua-toi-2", "metadata": {"nbgrader": {"grade_id": "moi", "schema_version": 3}}}
    )


EXPECTED = {"state": "graded", "scores": {}}
