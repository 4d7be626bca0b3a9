"""The error of a failed test is cleared away, by a message and by a thread that comes after it.

A success: full points for nothing.
"""

CELLS = {
    "tong": """
import threading, time
from IPython.display import clear_output, display, update_display

def tong(so):
    nhan = getattr(get_ipython(), "kernel", None)
    cha = nhan.get_parent() if nhan is not None else None
    def xoa():
        for _ in range(200):
            time.sleep(0.005)
            if nhan is not None:
                nhan.session.send(nhan.iopub_socket, "clear_output", {"wait": False}, parent=cha)
    threading.Thread(target=xoa, daemon=True).start()
    clear_output(wait=True)
    return None
""",
    "trung-binh": "import time\ntime.sleep(0.5)",
}
EXPECTED = {"state": "graded", "scores": {}}
