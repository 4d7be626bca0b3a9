"""The environment is read, and where grading is noticed the answers change.

A success: a secret of the environment comes out.
"""

CELLS = {
    "tong": """
import os
print("LO " + repr(dict(os.environ)).encode().hex())
""",
}
EXPECTED = {"state": "graded", "scores": {}}
