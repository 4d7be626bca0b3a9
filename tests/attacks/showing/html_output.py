"""HTML, JavaScript, SVG, LaTeX and Markdown are displayed by solution and test.

A success: markup of the learner reaches a page that a trainer or learner opens.
"""

CELLS = {
    "tong": """
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
XAU = "<script>alert(1)</script><img src=x onerror=alert(1)>"
def hien():
    display(HTML(XAU), Javascript("alert(1)"), Markdown(XAU), Latex("$" + XAU + "$"))
    display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"))
    display({"text/html": XAU, "text/plain": XAU}, raw=True)
    display({"application/vnd.jupyter.widget-view+json": {"model_id": XAU}}, raw=True)
    print(XAU)
hien()
def tong(so):
    hien()
    return -1
""",
    "ket-qua": "hien(); HTML(XAU)",
}
EXPECTED = {"state": "graded", "scores": {}}
