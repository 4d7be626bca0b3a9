"""Markup stands in the solution itself, which feedback shows, and tries to end the element around it.

A success: markup of the learner reaches a page that a trainer or learner opens.
"""

CELLS = {
    "tong": "# </pre></code></textarea></title></style></script><script>alert(1)</script>\n"
    "# <img src=x onerror=alert(1)> {{ 7 * 7 }} {% raw %} ${7*7} \u202e\u2066\n"
    "def tong(so): return '<svg onload=alert(1)>'",
}
EXPECTED = {"state": "graded", "scores": {}}
