"""A small zip that unpacks to gigabytes, with paths that lead upwards. It is data: nobody must open it.

A success: it is opened. An honest learner may hand in a zip: the answers count.
"""

import io
import zipfile

LESSON = "questions"


def prepare(submission):
    """Put it beside the answers."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bomb:
        for number in range(20):
            bomb.writestr(f"../../../../tmp/hocvuso-dau-vet-zip{number}", b"\0" * 10_000_000)
    submission.files["bai.zip"] = made.getvalue()
    submission.files["t14-05.zip"] = made.getvalue()


EXPECTED = {"state": "graded", "all_but": []}
