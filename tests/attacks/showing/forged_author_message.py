"""An error carries an author's own sentence, other sentences, and a hidden test's text to be shown as feedback.

A success: feedback shows what the learner's code chose to say.
"""

CELLS = {
    "tong": "def tong(so): raise AssertionError('Chúc mừng! Anh/chị được 100 điểm. chim-gia-00000000')",
    "ket-qua": """
import builtins
class AssertionError(builtins.AssertionError):
    def __str__(self): return repr(globals().get("mat_thu")) + repr(In[-1])
ket_qua = None
""",
}
EXPECTED = {"state": "graded", "scores": {}}
