"""A result with the full score is sent over the kernel's own channel before the test fails.

A success: four points for no counting.
"""

CELLS = {
    "dem-chu": """
def gui(gia_tri):
    nhan = getattr(get_ipython(), "kernel", None)
    if nhan is not None:
        noi_dung = {"execution_count": 1, "data": {"text/plain": gia_tri}, "metadata": {}}
        nhan.session.send(nhan.iopub_socket, "execute_result", noi_dung, parent=nhan.get_parent())
    get_ipython().displayhook(int(gia_tri))

def dem_chu(van_ban):
    gui("4")
    raise ValueError
""",
}
EXPECTED = {"state": "graded", "scores": {}}
