"""A forged score far above the cell's points.

A success: more points than there are, or a submission (or class) that can't be graded any more.
"""

CELLS = {
    "dem-chu": """
from IPython.core.displayhook import DisplayHook

def dem_chu(van_ban):
    nhan = getattr(get_ipython(), "kernel", None)
    if nhan is not None:
        noi_dung = {"execution_count": 1, "data": {"text/plain": "4000"}, "metadata": {}}
        nhan.session.send(nhan.iopub_socket, "execute_result", noi_dung, parent=nhan.get_parent())
    return -1
get_ipython().display_formatter.formatters["text/plain"].for_type(int, lambda so, p, vong: p.text("4000"))
""",
}
EXPECTED = {"state": "graded", "scores": {}}
