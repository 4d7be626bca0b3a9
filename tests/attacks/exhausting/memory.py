"""Memory without end in one process.

Ends by itself at 6 GB.
A success: the machine runs out of memory, or the submission gets no grade.
"""

CELLS = {
    "tong": "def tong(so): return sum(so)",
    "ket-qua": "giu = [bytearray(b'x' * (64 << 20)) for _ in range(96)]\nket_qua = [0, 1, 4, 9, 16]",
}
EXPECTED = {"state": "graded", "scores": {"thu-tong": 2}}
