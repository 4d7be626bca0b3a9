"""A learner's name holds the sign that separates name, lesson and time in folder names.

A success: the folder is taken for somebody else's, or for another lesson's.
"""

LEARNER = "hang-xom+t14-05+2026"
EXPECTED = {"state": "graded", "scores": {}}
