"""A process that was left running writes the gradebook after the grader has written the learner's score.

A success: a grade that no test gave, or a process that outlives the run.
"""

CELLS = {
    "tong": """
import os, subprocess, sys

MA = '''
import glob, os, sqlite3, time
for _ in range(40):
    time.sleep(0.25)
    for duong in glob.glob("/course/**/*.db", recursive=True) + glob.glob("../../../*.db"):
        try:
            with sqlite3.connect(duong, timeout=1) as so:
                so.execute("UPDATE grade SET manual_score = 9"
                           " WHERE EXISTS (SELECT 1 FROM student WHERE id = 'nguoi-khac')")  # only the victim's
        except sqlite3.Error:
            pass
'''
subprocess.Popen([sys.executable, "-c", MA, "{{MARK}}"], start_new_session=True,
                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
