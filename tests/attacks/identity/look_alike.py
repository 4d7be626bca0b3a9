"""A learner whose name looks like a neighbour's (a Cyrillic letter, another hyphen).

A success: their grades are mixed up. Expected: two people.
"""

LEARNER = "h\u0430ng\u2010xom"
EXPECTED = {"state": "graded", "scores": {}}
