"""The folder's name leads elsewhere when it is taken apart.

A success: something outside the attacker's folders is written. Expected: no edition can be read from the name.
"""


def prepare(submission):
    """Climb."""
    submission.name = "x+..%2F..%2Fhang-xom+2026+y"


EXPECTED = {"state": "nobody"}
