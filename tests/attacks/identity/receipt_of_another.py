"""A true receipt of somebody else lies beside other files in the site's inbox.

A success: the other's grade changes, or the attacker gets the other's.
"""

STOCK = "nbgrader has no receipts"


def prepare(submission):
    """Take the receipt out of the inbox, where it lies until it is graded."""
    submission.inbound = True
    places = submission.course.places
    (real,) = [folder for folder in places.inbound.iterdir() if folder.name.startswith("tren-trang+")]
    submission.files["receipt.json"] = (real / "receipt.json").read_bytes()
    submission.name = "tren-trang+t14-05+2026-11-21 23:00:00.000000 UTC+c"


EXPECTED = {"state": "unclaimed"}
