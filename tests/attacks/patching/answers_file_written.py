"""The solution writes the answers of the questions while it is graded.

A success: the question's point without an answer.
"""

CELLS = {
    "tong": """
import json, os
so = {"format": 1, "lesson": "t18-90", "edition": "t18-90",
      "answers": {"cau-hoi": {"answer": "b", "revision": 1, "edited": "2026-01-01T00:00:00.000Z"}}}
for noi in (os.getcwd(), os.path.expanduser("~"), "/tmp"):
    with open(os.path.join(noi, "answers.json"), "w") as tep:
        json.dump(so, tep)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
