"""Markup and terminal codes stand in the name, the text and the notes of an error.

A success: markup of the learner reaches a page that a trainer or learner opens.
"""

CELLS = {
    "tong": r"""
XAU = "<script>alert(1)</script><img src=x onerror=alert(1)>\x1b]8;;javascript:alert(1)\x1b\\bấm\x1b]8;;\x1b\\ \x1b[31m"
def tong(so):
    loi = type(XAU, (Exception,), {})(XAU)
    loi.add_note(XAU)
    raise loi
""",
    "trung-binh": "def trung_binh(so): raise AssertionError('Ba số đầu cộng lại phải là 6. ' + XAU)",
    "chao": "def chao(ten): raise AssertionError(XAU)",
}
EXPECTED = {"state": "graded", "scores": {}}
