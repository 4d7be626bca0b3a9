"""Every signal that can be is ignored and blocked, then an endless loop that no interrupt ends.

A success: a grader that waits for ever.
"""

CELLS = {
    "tong": """
import signal
for so in range(1, 65):
    try:
        signal.signal(so, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True:
    try:
        while True: pass
    except BaseException:
        pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
