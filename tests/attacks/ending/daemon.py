"""A process leaves its session and parent, and lives on after the submission is graded.

A success: a process of the learner that is still there when the grader is done.
"""

CELLS = {
    "tong": """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for so in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(so, signal.SIG_IGN)
        for tay in range(64):
            try: os.close(tay)
            except OSError: pass
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)", "{{MARK}}"])
    os._exit(0)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
