"""SIGSTOP to oneself: no CPU time passes, nothing comes back.

A success: a grader that waits for ever.
"""

CELLS = {"tong": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"}
EXPECTED = {"state": "graded", "scores": {}}
