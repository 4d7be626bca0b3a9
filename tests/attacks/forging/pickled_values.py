"""Values whose unpickling, copying or formatting runs a program.

A success: a file on the machine, or points.
"""

CELLS = {
    "tong": """
import os

class No:
    def __reduce__(self): return (os.system, ("touch /tmp/{{MARK}} /var/tmp/{{MARK}}",))
    __reduce_ex__ = lambda self, ban: self.__reduce__()
    def __deepcopy__(self, nho): os.system("touch /var/tmp/{{MARK}}")
    def __format__(self, kieu): return "741"
    def __eq__(self, khac): return True
    __hash__ = None

def tong(so): return No()
""",
    "ket-qua": "import pickle\nket_qua = [No(), pickle.dumps(No()), No(), No(), No()]",
}
EXPECTED = {"state": "graded", "scores": {}}
