"""A "picture" whose text ends the attribute that it is put into; pictures of other kinds; false sizes.

A success: markup of the learner reaches a page that a trainer or learner opens.
"""

CELLS = {
    "tong": """
from IPython.display import display
XAU = '"><script>alert(1)</script>'
def tong(so):
    display({"image/png": "iVBORw0KGgo=" + XAU, "text/plain": "x"}, raw=True)
    display({"image/png": "AAAA"}, metadata={"image/png": {"width": "1 onload=alert(1)", "unconfined": True}}, raw=True)
    display({"image/svg+xml": "<svg onload=alert(1)>", "image/jpeg": XAU, "application/pdf": XAU}, raw=True)
    return -1
""",
}
EXPECTED = {"state": "graded", "scores": {}}
