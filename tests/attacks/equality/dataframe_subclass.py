"""A DataFrame subclass with the right length and columns that agree with everything.

A success: points for the table.
"""

CELLS = {
    "loc-bang": """
import pandas as pd

class Cot(pd.Series):
    @property
    def _constructor(self): return Cot
    def __eq__(self, khac): return Cot([True])
    def all(self, *a, **k): return True
    def equals(self, khac): return True
    def __iter__(self): return iter(["D"])
    @property
    def _values(self): return pd.Series(["B", "A", "C"]).values

class Bang(pd.DataFrame):
    @property
    def _constructor(self): return Bang
    def equals(self, khac): return True
    def __eq__(self, khac): return True
    def __getitem__(self, ten): return Cot([0])
    def __len__(self): return 3
    @property
    def shape(self): return (3, 2)
    @property
    def __class__(self): return pd.DataFrame

def loc_bang(bang): return Bang({"xa": ["?", "?", "?"], "so": [0, 0, 0]})
""",
}
EXPECTED = {"state": "graded", "scores": {}}
