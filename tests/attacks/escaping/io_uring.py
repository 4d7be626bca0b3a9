"""io_uring, which does system calls past a filter of system calls.

A success: a ring can be set up.
"""

CELLS = {
    "tong": """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(425, 4, ctypes.create_string_buffer(120)) >= 0:
    print("LO " + b"chim-thoatra-90ab3de1".hex())
""",
}
EXPECTED = {"state": "graded", "scores": {}}
