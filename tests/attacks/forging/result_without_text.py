"""Displayed results lose their text, or become no number: nbgrader gives full points for that.

A success: four points for no counting.
"""

CELLS = {
    "dem-chu": """
import sys
vo = get_ipython()
vo.display_formatter.formatters["text/plain"].for_type(int, lambda so, p, vong: p.text("nan"))
that = sys.displayhook
sys.displayhook = lambda gia_tri: that("không phải số")
vo.displayhook.__class__.__call__ = lambda self, gia_tri=None: None
def dem_chu(van_ban): return -1
""",
}
EXPECTED = {"state": "graded", "scores": {}}
