"""Every file in reach is searched: the notebook in the work folder, the course, keys, other learners' folders.

A success: any of the secrets comes out.
"""

CELLS = {
    "tong": """
import os

DUOI = (".ipynb", ".db", ".txt", ".json", ".html", ".csv", ".md")
def tim(goc, muc):
    for noi, thu_muc, tep in os.walk(goc):
        if noi.count(os.sep) - goc.count(os.sep) >= muc:
            thu_muc.clear()
        for ten in tep:
            duong = os.path.join(noi, ten)
            try:
                if os.path.isfile(duong) and os.path.getsize(duong) < 2_000_000:
                    du_lieu = open(duong, "rb").read()
                    if b"chim-" in du_lieu and duong.endswith(DUOI):
                        for cho in du_lieu.split(b"chim-")[1:]:
                            print("LO " + (b"chim-" + cho[:40]).hex())
            except OSError:
                pass

for goc, muc in ((os.getcwd(), 6), (os.path.expanduser("~"), 6), ("/tmp", 8), ("/course", 8), ("/var/tmp", 6),
                 ("/srv", 6), ("/home", 6), ("/root", 4), ("/proc/1/root/tmp", 6), ("/proc/1/cwd", 5)):
    tim(goc, muc)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
