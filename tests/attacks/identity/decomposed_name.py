"""A name whose accents are written as marks of their own.

A success: the same person twice, or a folder that is not found again. Expected: a person under their composed name.
"""

LEARNER = "tr\u1ea7n.\u0111\u1ee9c"


def prepare(submission):
    """Name the folder in decomposed form."""
    import unicodedata

    submission.name = unicodedata.normalize(
        "NFD", "tr\u1ea7n.\u0111\u1ee9c+t18-90+2026-11-21 09:00:00.000000 UTC+x"
    )


EXPECTED = {"state": "graded", "scores": {}}
