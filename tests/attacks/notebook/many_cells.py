"""Five thousand cells more.

A success: the grader is busy with one learner for minutes.
"""


def prepare(submission):
    """Fill the notebook."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    more = [
        {"cell_type": "code", "id": f"x{n}", "metadata": {}, "source": "", "outputs": []}
        for n in range(5_000)
    ]
    submission.notebook["cells"] += more


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
