"""Errors that a library takes for an ordinary end: of a generator, a context, a pipe, a task, a test.

A success: points for a test that was left early and said nothing.
"""

CELLS = {
    "tong": "def tong(so): raise GeneratorExit",
    "trung-binh": "import asyncio\ndef trung_binh(so): raise asyncio.CancelledError",
    "binh-phuong": "def binh_phuong(so): raise StopAsyncIteration",
    "ap-dung": "def ap_dung(ham, day): raise BrokenPipeError",
    "giai-thua": "import unittest.case\ndef giai_thua(so): raise unittest.case._ShouldStop",
    "dem-chu": "import bdb\ndef dem_chu(van_ban): raise bdb.BdbQuit",
    "chao": "from IPython.core.error import StdinNotImplementedError, UsageError\ndef chao(ten): raise UsageError('x')",
    "in-so": "def in_so(day): raise StopIteration",
}
EXPECTED = {"state": "graded", "scores": {}}
