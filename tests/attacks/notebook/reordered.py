"""All cells in reverse order: tests before what they test, or solutions that change a test before it runs.

A success: an order of the learner's making counts. Expected: the author's order, so right answers are right.
"""


def prepare(submission):
    """Solve all, then turn round."""
    submission.solve(submission.right)
    submission.notebook["cells"].reverse()


EXPECTED = {
    "state": "graded",
    "scores": {
        "thu-tong": 2,
        "thu-trung-binh": 2,
        "thu-loc-bang": 2,
        "thu-ket-qua": 1,
        "thu-dem-chu": 4,
        "thu-tai-khoan": 2,
        "thu-chao": 2,
        "thu-binh-phuong": 1,
        "thu-ap-dung": 1,
        "thu-giai-thua": 1,
        "thu-in-so": 2,
        "thu-nhan-doi": 4,
    },
}
