"""The notebook comes with outputs that show full scores, and with the state of widgets.

A success: what was handed in as an output counts as one.
"""


def prepare(submission):
    """Forge the outputs."""
    for cell in submission.notebook["cells"]:
        if cell["cell_type"] == "code":
            data = {"text/plain": "4", "text/html": "<script>alert(1)</script>"}
            cell["outputs"] = [
                {"output_type": "execute_result", "execution_count": 1, "data": data, "metadata": {}}
            ]
            cell["execution_count"] = 1
    submission.notebook["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": {"x": {"<script>": 1}}}
    }


EXPECTED = {"state": "graded", "scores": {}}
