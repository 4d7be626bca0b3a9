"""Comparing, showing, hashing or measuring an answer takes for ever.

A success: the process that compares it never ends.
"""

CELLS = {
    "ket-qua": """
import time
class Cham:
    def _cham(self, *a):
        while True: time.sleep(1)
    __eq__ = __ne__ = __repr__ = __str__ = __hash__ = __len__ = __iter__ = __bool__ = __reduce_ex__ = _cham
    def __getattr__(self, ten): self._cham()
ket_qua = Cham()
""",
}
EXPECTED = {"state": "graded", "scores": {}}
