"""The methods of DataFrame and Series themselves are replaced.

A success: points for the table.
"""

CELLS = {
    "loc-bang": """
import pandas as pd

pd.DataFrame.__len__ = lambda self: 3
pd.DataFrame.equals = pd.Series.equals = lambda self, khac: True
pd.DataFrame.__eq__ = pd.Series.__eq__ = lambda self, khac: pd.Series([True])
pd.Series.all = lambda self, *a, **k: True
pd.Series.__iter__ = lambda self: iter(["D"])
pd.testing.assert_frame_equal.__globals__["assert_frame_equal"] = lambda *a, **k: None
pd.testing.assert_frame_equal.__code__ = (lambda *a, **k: None).__code__
def loc_bang(bang): return bang
""",
}
EXPECTED = {"state": "graded", "scores": {}}
