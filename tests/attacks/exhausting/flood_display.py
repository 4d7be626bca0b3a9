"""Rich output without end: displays, updates of displays, pictures.

A success: the grader's memory fills, or a notebook that nobody can open.
"""

CELLS = {
    "tong": """
from IPython.display import HTML, Image, display
tay = display("0", display_id=True)
for so in range(20_000):
    tay.update("y" * 200)
    display(HTML("<b>" * 200))
    if so % 100 == 0:
        display({"image/png": "A" * 100_000}, raw=True)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
