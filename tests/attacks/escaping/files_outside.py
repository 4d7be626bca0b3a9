"""Files are left wherever something outside would find and run them: site-packages, homes, temporary folders.

A success: a file that is still there when the run is over.
"""

CELLS = {
    "tong": """
import os, site, sys
noi = [*sys.path, site.getusersitepackages(), "/tmp", "/var/tmp", "/dev/shm", "/root", "/home", "/etc/cron.d",
       "/course", os.path.expanduser("~"), os.path.dirname(sys.executable), "/proc/1/root/tmp", "/proc/1/cwd"]
for thu_muc in noi:
    for ten in ("{{MARK}}", "{{MARK}}.pth"):
        try:
            with open(os.path.join(thu_muc or ".", ten), "w") as tep:
                tep.write("import os")
        except OSError:
            pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
