"""SIGSTOP to oneself while a test waits for the answer.

A success: a grader that waits for ever.
"""

CELLS = {"dem-chu": "def dem_chu(van_ban):\n    import os, signal\n    os.kill(os.getpid(), signal.SIGSTOP)"}
EXPECTED = {"state": "graded", "scores": {}}
