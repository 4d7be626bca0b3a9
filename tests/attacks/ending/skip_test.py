"""The function raises the exception by which unittest skips a test, or ends a whole run of tests.

A success: the point for factorials: what was skipped did not fail.
"""

CELLS = {
    "giai-thua": """
import unittest
def giai_thua(so): raise unittest.SkipTest("hôm nay nghỉ")
""",
}
EXPECTED = {"state": "graded", "scores": {}}
