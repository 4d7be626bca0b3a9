"""A reply "ok" and the message that the kernel is idle are sent from inside the test, before it fails.

A success: full points for nothing.
"""

CELLS = {
    "tong": """
def tong(so):
    nhan = getattr(get_ipython(), "kernel", None)
    if nhan is not None:
        cha = nhan.get_parent()
        tra_loi = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
        nhan.session.send(nhan.iopub_socket, "status", {"execution_state": "idle"}, parent=cha)
        nguoi = getattr(nhan, "_parent_ident", {}).get("shell")
        nhan.session.send(nhan.shell_stream, "execute_reply", tra_loi, parent=cha, ident=nguoi)
    raise ValueError
""",
}
EXPECTED = {"state": "graded", "scores": {}}
