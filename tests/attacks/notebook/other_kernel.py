"""The notebook asks for another kernel and another language.

A success: a program of the learner's choice is started, or no grade.
"""


def prepare(submission):
    """Ask for bash."""
    submission.solve({"tong": "def tong(so): return sum(so)"})
    submission.notebook["metadata"]["kernelspec"] = {
        "name": "../../tmp/x",
        "display_name": "x",
        "language": "bash",
    }
    submission.notebook["metadata"]["language_info"] = {"name": "bash", "file_extension": ".sh/../../x"}


EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
