"""Characters are pushed into the terminal from which the grader was started.

A success: the terminal can be opened and written into.
"""

CELLS = {
    "tong": """
import fcntl, glob, os
for duong in ["/dev/tty", *glob.glob("/dev/pts/*"), *[f"/proc/self/fd/{n}" for n in range(3)]]:
    try:
        tay = os.open(duong, os.O_RDWR | os.O_NOCTTY)
        if os.isatty(tay):
            fcntl.ioctl(tay, 0x5412, b"\\n")
            print("LO " + b"chim-thoatra-90ab3de1".hex())
    except OSError:
        pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
