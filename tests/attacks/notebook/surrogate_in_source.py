"""Half a surrogate pair, written as a JSON escape, in a solution; NUL in another.

A success: the grader can't write its record, and the submission waits for ever.
"""


def prepare(submission):
    """Write them as escapes, as a hostile program would."""
    import json

    submission.solve(
        {"tong": "def tong(so): return 'NUA'", "chao": "print('NUL')", "ket-qua": "# NUA\nket_qua = 1"}
    )
    text = json.dumps(submission.notebook).replace("NUA", "\\ud800").replace("NUL", "\\u0000")
    submission.notebook = text.encode()


EXPECTED = {"state": "graded", "scores": {}}
