"""Markup, formulas and templates as the text of an answer, which result, feedback and exports show.

A success: markup of the learner reaches a page that a trainer or learner opens.
"""

LESSON = "questions"
TEXT = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}=HYPERLINK(1)"


def prepare(submission):
    """Answer with markup."""
    submission.answers["answers"]["day-so-mot-lan"]["answer"] = TEXT
    submission.answers["answers"]["may-muc"]["answer"] = "<svg onload=alert(1)>"


EXPECTED = {"state": "graded", "all_but": ["day-so-mot-lan", "may-muc"]}
