"""The process becomes another program, which writes what a good run would have written.

A success: full points for nothing, or a grader that waits for ever.
"""

CELLS = {
    "tong": """
import os, sys
for tay in range(3, 64):
    try:
        os.set_inheritable(tay, True)
    except OSError:
        pass
MA = '''
import json, os, stat, struct, time
for tay in range(64):
    try:
        if stat.S_ISSOCK(os.fstat(tay).st_mode):
            for loi in ({"outputs": [], "earlier": {}}, {"ok": True, "value": 741, "v": 741}):
                d = json.dumps(loi).encode()
                os.write(tay, struct.pack(">I", len(d)) + d)
        else:
            os.write(tay, b'{"end": "ok"}\\\\n')
    except OSError:
        pass
'''
os.execv(sys.executable, [sys.executable, "-c", MA])
""",
}
EXPECTED = {"state": "graded", "scores": {}}
