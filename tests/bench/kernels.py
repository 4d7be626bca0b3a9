"""Kernels of live lessons, forked and stock side by side: when they are ready, and what each costs in memory.

``python -m tests.bench.kernels`` shows the figures; ``measure()`` gives them to others.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path

import psutil
from jupyter_client.asynchronous import AsyncKernelClient
from tests.bench.measure import QUICK, ROOT, median, say
from tests.integration.kernels_jupyter import FORKED, manager_of

from hocvuso.kernels.parents import close_all, parents_for
from hocvuso.lessons.assemble import live_notebooks
from hocvuso.lessons.read import read_lesson

RUNS = 3 if QUICK else 9
STOCK = "local-provisioner"
LESSON = ROOT / "notebooks" / "lessons" / "t20" / "t20-01.md"
_MB = 1_000_000
_PATIENCE = 60


def measure(runs: int = RUNS) -> dict[str, float]:
    """Medians over ``runs`` runs, the two ways taking turns.

    ``kernel_ready_seconds``: from the call of start_kernel until a first cell has imported numpy and pandas, the reply
    to kernel_info included; ``private_mb``: memory of the kernel's processes that they share with nobody, in millions
    of bytes, when the live cells of lesson t20-01 have run; both also for a stock ipykernel (``…_stock_…``).
    """
    return asyncio.run(_measure(runs))


async def _measure(runs: int) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    cells = _live_cells()
    with tempfile.TemporaryDirectory() as folder:
        await asyncio.to_thread(parents_for(None, 1).start)  # as the site does when it starts
        try:
            for _ in range(runs):
                for name, provisioner in (("", FORKED), ("_stock", STOCK)):
                    ready, private = await _open_lesson(Path(folder), provisioner, cells)
                    found.setdefault(f"kernel_ready{name}_seconds", []).append(ready)
                    found.setdefault(f"private{name}_mb", []).append(private)
        finally:
            await asyncio.to_thread(close_all)
    return {name: median(values) for name, values in found.items()}


async def _open_lesson(folder: Path, provisioner: str, cells: list[str]) -> tuple[float, float]:
    """Seconds until a kernel is ready, and its private memory once ``cells`` have run and a page knows its widgets."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        before = {process.pid for process in _family()}
        kernels = manager_of(Path(own), provisioner)
        started = time.perf_counter()
        kernel_id = await kernels.start_kernel(kernel_name="boxed", cwd=own)
        client = kernels.get_kernel(kernel_id).client()
        client.start_channels()
        try:
            await client.kernel_info(reply=True, timeout=_PATIENCE)
            await _run(client, "import numpy, pandas")
            ready = time.perf_counter() - started
            for cell in cells:
                await _run(client, cell)
            await client.comm_info(target_name="jupyter.widget", reply=True, timeout=_PATIENCE)
            private = sum(_private(process) for process in _family() if process.pid not in before)
        finally:
            client.stop_channels()
            await kernels.shutdown_kernel(kernel_id, now=True)
    return ready, private / _MB


async def _run(client: AsyncKernelClient, cell: str) -> None:
    reply = await client.execute(cell, reply=True, timeout=_PATIENCE)
    assert reply["content"]["status"] == "ok", reply["content"]


def _live_cells() -> list[str]:
    """The code of t20-01's first live example, as its page runs it."""
    notebook = next(iter(live_notebooks(read_lesson(LESSON), LESSON.stem).values()))
    return [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _family() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _private(process: psutil.Process) -> int:
    """Bytes that are in memory for this process alone."""
    return int(process.memory_full_info().uss)


if __name__ == "__main__":
    say(json.dumps({name: round(value, 3) for name, value in measure().items()}, indent=1))
