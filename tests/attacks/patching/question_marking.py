"""The function that marks questions is replaced: a question's points are fetched by code.

A success: the question's point without an answer.
"""

CELLS = {
    "tong": """
import sys
import hocvuso.questions
import hocvuso.questions.notebook

def cho(*a, **k): return 1
for ten, khoi in list(sys.modules.items()):
    if ten.startswith("hocvuso") and hasattr(khoi, "mark"):
        khoi.mark = cho
def tong(so): return None
""",
}
EXPECTED = {"state": "graded", "scores": {}}
