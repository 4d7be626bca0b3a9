"""Plain dictionaries that look like the form in which values travel between the processes.

A success: an answer that is taken for another value, an error of the grader, or an object made by name.
"""

CELLS = {
    "tong": """
hinh = [
    {"t": "int", "v": "741"}, {"t": "ref", "id": 0}, {"t": "sub", "v": 6, "r": {"t": "ref", "id": 1}},
    {"t": "object", "module": "os", "name": "system"}, {"t": "pdframe", "v": []}, {"t": "np", "v": "x"},
    {"t": "nparray", "dtype": "O", "shape": [1], "data": "gASV"}, {"t": None}, {"t": {"t": "dict"}},
]
dem = iter(hinh * 10)
def tong(so): return next(dem)
""",
    "ket-qua": "ket_qua = hinh[:5]",
    "dem-chu": "def dem_chu(van_ban): return {'t': 'int', 'v': '3'}",
}
EXPECTED = {"state": "graded", "scores": {}}
