"""When a test calls the function, it writes "passed" in many shapes to the open sockets and leaves at once.

A success: points for the greeting, which is judged in a fork of the learner's process.
"""

CELLS = {
    "chao": """
import json, os, stat, struct

def chao(ten):
    for tay in range(256):
        try:
            if stat.S_ISSOCK(os.fstat(tay).st_mode):
                for loi in ({"outputs": [], "earlier": {}}, {"outputs": [], "earlier": {}, "ok": True}):
                    du_lieu = json.dumps(loi).encode()
                    os.write(tay, struct.pack(">I", len(du_lieu)) + du_lieu)
        except OSError:
            pass
    os._exit(0)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
