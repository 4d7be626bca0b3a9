"""Memory that limits on a process's own memory do not see: memfd, shared memory, pipes, System V segments.

A success: the machine runs out of memory. (Ends by itself at about 4 GB.)
"""

CELLS = {
    "tong": """
import ctypes, mmap, os
giu, khoi = [], b"x" * (1 << 20)
for so in range(16):
    try:
        tay = os.memfd_create(str(so)); giu.append(tay)
        for _ in range(64): os.write(tay, khoi)
    except OSError:
        break
for so in range(8):
    try:
        with open(f"/dev/shm/{so}", "wb") as tep:
            for _ in range(128): tep.write(khoi)
    except OSError:
        break
libc = ctypes.CDLL(None)
for so in range(16):
    doan = libc.shmget(0, 64 << 20, 0o1600)
    if doan < 0: break
for so in range(400):
    try:
        doc, ghi = os.pipe(); os.set_blocking(ghi, False); giu += [doc, ghi]
        while True: os.write(ghi, khoi)
    except BlockingIOError:
        continue
    except OSError:
        break
""",
}
EXPECTED = {"state": "graded", "scores": {}}
