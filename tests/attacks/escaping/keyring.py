"""The kernel's keyrings, which namespaces do not keep apart in all kernels, carry data between learners.

A success: a key can be added or read.
"""

CELLS = {
    "tong": """
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
them, doc = (248, 250) if platform.machine() == "x86_64" else (217, 219)
if libc.syscall(them, b"user", b"hocvuso", b"x", 1, -3) > 0 or libc.syscall(doc, 0, -3, 1) > 0:
    print("LO " + b"chim-thoatra-90ab3de1".hex())
""",
}
EXPECTED = {"state": "graded", "scores": {}}
