"""The grader's own program is imported and its objects are asked for the master, the keys and the job.

A success: any of the secrets comes out.
"""

CELLS = {
    "tong": """
import gc, importlib, pkgutil

import hocvuso
for _, ten, _ in pkgutil.walk_packages(hocvuso.__path__, "hocvuso."):
    if ten.split(".")[1] in ("kernels", "grading", "lessons", "places"):
        try:
            importlib.import_module(ten)
        except BaseException:
            pass
def tong(so):
    for vat in gc.get_objects():
        if type(vat).__module__.startswith("hocvuso"):
            try:
                chu = repr(vat) + repr(getattr(vat, "__dict__", ""))
            except Exception:
                continue
            if "chim-" in chu:
                print("LO " + chu.encode("utf-8", "replace").hex()[:500000])
""",
}
EXPECTED = {"state": "graded", "scores": {}}
