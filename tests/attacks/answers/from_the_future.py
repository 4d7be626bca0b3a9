"""Revisions and times beyond all others: below zero, of the year 9999, without a zone.

A success: an answer that can never be replaced again, or the grader fails.
"""

LESSON = "questions"


def prepare(submission):
    """Date them."""
    records = submission.answers["answers"]
    records["viec-dau-tien"] |= {"answer": "a", "edited": "9999-12-31T23:59:59.999Z", "revision": 10**9}
    records["may-muc"] |= {"edited": "9999-12-31T23:59:59-23:59"}
    records["dau-hieu"] |= {"revision": -1}
    records["day-so-mot-lan"] |= {"edited": "2026-01-01T00:00:00"}
    records["len-muc-hai"] |= {"edited": "1e400"}
    records["bao-o-dau"] |= {"revision": 10**400}


EXPECTED = {
    "state": "graded",
    "all_but": ["viec-dau-tien", "dau-hieu", "day-so-mot-lan", "len-muc-hai", "bao-o-dau"],
}
