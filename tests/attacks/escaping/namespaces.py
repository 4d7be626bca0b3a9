"""A user namespace of one's own, and with it mounts, a network, another root.

A success: unshare, setns or clone gives more rights than before.
"""

CELLS = {
    "tong": """
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
def lo(): print("LO " + b"chim-thoatra-90ab3de1".hex())
for co in (0x10000000, 0x00020000, 0x40000000, 0x10020000, 0x20000000, 0x08000000, 0x04000000, 0x02000000):
    con = os.fork()
    if con == 0:
        if libc.unshare(co) == 0:
            os._exit(7)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(con, 0)[1]) == 7:
        lo()
for ten in ("user", "mnt", "net", "pid"):
    try:
        if libc.setns(os.open("/proc/1/ns/" + ten, os.O_RDONLY), 0) == 0 and ten != "user":
            lo()
    except OSError:
        pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
