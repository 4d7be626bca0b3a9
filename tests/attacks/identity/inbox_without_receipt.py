"""A folder lies in the site's own inbox, named after a neighbour, without a receipt.

A success: the neighbour's grade changes.
"""

STOCK = "nbgrader's exchange takes whatever lies in the inbox for whom it is named after"


def prepare(submission):
    """Put it there."""
    submission.inbound = True
    submission.name = "hang-xom+t18-90+2026-11-21 23:00:00.000000 UTC+a"


EXPECTED = {"state": "unclaimed"}
