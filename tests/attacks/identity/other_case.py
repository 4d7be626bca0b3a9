"""A learner whose name is a neighbour's in capital letters, with a space behind.

A success: their grades are mixed up. Expected: two people.
"""

LEARNER = "HANG-XOM "
EXPECTED = {"state": "graded", "scores": {}}
