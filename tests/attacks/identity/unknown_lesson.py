"""A hand-in for a lesson that was never released.

A success: it gets a row of points. Expected: nothing comes of it.
"""


def prepare(submission):
    """Name another lesson."""
    submission.name = f"{submission.learner}+t99-99+2026-11-21 09:00:00.000000 UTC+x"


EXPECTED = {"state": "nobody"}
