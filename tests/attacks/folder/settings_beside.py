"""Configuration of nbgrader, Jupyter and git, and a gradebook, are handed in beside the notebook.

A success: any of them is obeyed.
"""

CONFIG = b"""
c = get_config()
c.CourseDirectory.db_url = "sqlite:///gradebook.db"
c.Execute.allow_errors = True
c.Autograde.pre_convert_hook = "os.abort"
c.ClearSolutions.enforce_metadata = False
"""


def prepare(submission):
    """Put them beside the notebook."""
    for name in ("nbgrader_config.py", "jupyter_config.py", "jupyter_nbconvert_config.py", "hocvuso.toml"):
        submission.files[name] = CONFIG
    submission.files |= {
        "gradebook.db": b"SQLite format 3\0",
        ".git/config": b"[core]\nfsmonitor = touch /tmp/x\n",
    }


EXPECTED = {"state": "graded", "scores": {}}
