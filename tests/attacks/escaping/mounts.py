"""Mounting, remounting what is read-only, changing the root.

A success: any of it works, or a read-only place can be written.
"""

CELLS = {
    "tong": """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def lo(): print("LO " + b"chim-thoatra-90ab3de1".hex())
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0: lo()
if libc.mount(None, b"/usr", None, 0x1000 | 32, None) == 0: lo()
if libc.mount(b"proc", b"/tmp", b"proc", 0, None) == 0: lo()
if libc.umount2(b"/proc", 2) == 0: lo()
if libc.syscall(155, b"/tmp", b"/tmp") == 0: lo()
try:
    os.chroot("/tmp"); lo()
except OSError:
    pass
for noi in ("/usr/" , "/etc/", sys.prefix + "/", "/usr/lib/", "/"):
    try:
        with open(noi + "{{MARK}}", "w"):
            lo()
    except OSError:
        pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
