"""The codec by which source text is read is replaced by one that turns assertions into nothing.

A success: full points for nothing.
"""

CELLS = {
    "tong": """
import codecs, encodings

goc = codecs.lookup("utf-8")
def giai(du_lieu, loi="strict"):
    chu, dai = goc.decode(du_lieu, loi)
    return chu.replace("assert ", "0 and "), dai

gia = codecs.CodecInfo(goc.encode, giai, goc.streamreader, goc.streamwriter, name="utf-8")
for ten in ("utf_8", "utf-8", "utf8"):
    encodings._cache[ten] = gia
codecs.register(lambda ten: gia)
def tong(so): return 0
""",
}
EXPECTED = {"state": "graded", "scores": {}}
