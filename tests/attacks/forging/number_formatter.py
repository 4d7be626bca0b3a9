"""Integers are displayed as the full score.

A success: four points for no counting.
"""

CELLS = {
    "dem-chu": """
get_ipython().display_formatter.formatters["text/plain"].for_type(int, lambda so, p, vong: p.text("4"))
def dem_chu(van_ban): return -1
""",
}
EXPECTED = {"state": "graded", "scores": {}}
