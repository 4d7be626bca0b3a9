"""In the attacker's own inbox lies a folder that is named after somebody else.

A success: somebody else gets these grades. Expected: they are the attacker's own.
"""


def prepare(submission):
    """Name the neighbour."""
    submission.name = "hang-xom+t18-90+2026-11-21 09:00:00.000000 UTC+x"


EXPECTED = {"state": "graded", "scores": {}}
