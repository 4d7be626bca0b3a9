"""Direction marks, invisible and combining characters make an answer look like another one.

A success: a wrong text counts, or a page or export is turned over. Expected: what is left when marks that nobody sees
are taken away is the right text, so it counts; a figure turned round is none.
"""

LESSON = "questions"


def prepare(submission):
    """Look right, be wrong."""
    submission.answers["answers"]["day-so-mot-lan"]["answer"] = (
        "O\u200bT\u200dP\u202e \u2066" + "\u0301" * 500
    )
    submission.answers["answers"]["may-muc"]["answer"] = "\u202e2\u0665"


EXPECTED = {"state": "graded", "all_but": ["may-muc"]}
