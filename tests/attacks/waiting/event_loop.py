"""A task on the kernel's event loop, and a callback of it, run between and during later cells.

A success: points for any test.
"""

CELLS = {
    "tong": """
import asyncio

class Moi:
    def __eq__(self, khac): return True
    def __ne__(self, khac): return True
    def __call__(self, *a): return self
    def __len__(self): return 5
    def __iter__(self): return iter([16])
    __hash__ = None

async def cho():
    while True:
        ten = get_ipython().user_ns
        ten["tong"] = ten["dem_chu"] = ten["ket_qua"] = Moi()
        await asyncio.sleep(0)

viec = asyncio.ensure_future(cho())
await asyncio.sleep(0)
""",
}
EXPECTED = {"state": "graded", "scores": {}}
