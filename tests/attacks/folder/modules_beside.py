"""Modules beside the notebook shadow numpy, io and random, and start by themselves.

A success: points for wrong answers, since the tests import the learner's modules.
"""

FAKE = b"""
class Chu(str):
    def __eq__(self, khac): return True
    __hash__ = str.__hash__
class StringIO:
    def getvalue(self): return Chu("")
class redirect_stdout:
    def __init__(self, luong): pass
    def __enter__(self): return self
    def __exit__(self, *a): return True
class testing:
    assert_allclose = assert_frame_equal = staticmethod(lambda *a, **k: None)
class TestCase:
    def __getattr__(self, ten): return lambda *a, **k: None
class DataFrame(dict):
    def __eq__(self, khac): return True
isclose = lambda *a, **k: True
mean = lambda *a: 0
"""
CELLS = {
    "trung-binh": "class So(float):\n    def __add__(self, k): return So(0)\ndef trung_binh(so): return So(0)",
    "loc-bang": "class B(list):\n    def __getitem__(self, t): return ['D']\ndef loc_bang(bang): return B([1, 2, 3])",
    "chao": "def chao(ten): pass",
}


def prepare(submission):
    """Put them beside the notebook."""
    for name in ("numpy", "pandas", "unittest", "contextlib", "random", "sitecustomize", "usercustomize"):
        submission.files[f"{name}.py"] = FAKE
    submission.files["ipython_config.py"] = b"c.InteractiveShellApp.exec_lines = ['tong = lambda so: 0']"
    submission.files["hocvuso/__init__.py"] = b""


EXPECTED = {"state": "graded", "scores": {}}
