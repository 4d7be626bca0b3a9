"""Executes a notebook's code cells as nbgrader does, inside the box; `hocvuso.kernels.runner` starts it.

Reads one JSON object from stdin: ``{"cells": [source, …], "files": {name: base64}, "cell_seconds": 30}``.
Writes JSON lines to stdout: ``{"ready": true}`` before any code of the learner runs, then per executed cell
``{"cell": index, "outputs": […]}`` (again, when a later cell changed what it shows), last
``{"end": "ok"}`` or ``{"end": "dead"}``. So what ran before a crash is not lost.

As with nbgrader: one kernel for all cells, errors don't stop the rest, a cell that takes too long is
interrupted, history stays in memory, ``NBGRADER_EXECUTION`` is ``autograde``.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import v4 as untyped_v4

if TYPE_CHECKING:
    from collections.abc import Mapping

v4: Any = untyped_v4  # nbformat's builders have no types
TIMEOUT = {
    "ename": "CellTimeoutError",
    "evalue": "",
    "traceback": ["CellTimeoutError: no reply from the kernel in time"],
}


class _Told:
    """Writes each cell's outputs once, and once more when they changed afterwards."""

    def __init__(self, out: Any, notebook: Any) -> None:
        self.out = out
        self.notebook = notebook
        self.sent: dict[int, str] = {}

    def line(self, **fields: object) -> None:
        self.out.write(json.dumps(fields) + "\n")
        self.out.flush()

    def cell(self, index: int) -> None:
        outputs = self.notebook.cells[index].outputs
        text = json.dumps(outputs)
        if self.sent.get(index) != text:
            self.sent[index] = text
            self.line(cell=index, outputs=outputs)

    def changed(self) -> None:
        for index in list(self.sent):
            self.cell(index)


def run(job: Mapping[str, Any], out: Any) -> None:
    """Execute the job's cells and write what they show to ``out``."""
    for name, data in job["files"].items():
        path = Path.cwd() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(data))
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in job["cells"]])
    told = _Told(out, notebook)
    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_name="python3", transport="ipc", ip=str(Path.cwd() / ".k")),
        timeout=job["cell_seconds"],
        interrupt_on_timeout=True,
        allow_errors=True,
        error_on_timeout=TIMEOUT,
        iopub_timeout=job["cell_seconds"],
        raise_on_iopub_timeout=True,
        store_widget_state=False,
        record_timing=False,
        shutdown_kernel="immediate",
        extra_arguments=["--HistoryManager.hist_file=:memory:"],
    )

    def executed(*, cell: Any, cell_index: int, execute_reply: Any) -> None:
        _add_unseen_error(cell, execute_reply)
        told.cell(cell_index)

    client.on_cell_executed = executed
    told.line(ready=True)
    try:
        client.execute()
    except (DeadKernelError, CellTimeoutError, RuntimeError) as error:
        told.changed()
        told.line(end="dead", why=type(error).__name__)
    else:
        told.changed()
        told.line(end="ok")


def _add_unseen_error(cell: Any, reply: Any) -> None:
    """An error that the reply names but no output shows counts all the same (learners can hide outputs)."""
    content = reply["content"]
    if content["status"] != "error":
        return
    shown = any(o.output_type == "error" and o.ename == content["ename"] for o in cell.outputs)
    if not shown:
        trace = list(content["traceback"]) or ["the error was not shown"]
        cell.outputs.append(
            v4.new_output("error", ename=content["ename"], evalue=content["evalue"], traceback=trace)
        )


def main() -> None:
    """Keep the real stdout for the report; the learner's kernel inherits only /dev/null."""
    job = json.load(sys.stdin)
    report = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    with os.fdopen(report, "w", encoding="utf-8") as out:
        run(job, out)


if __name__ == "__main__":
    main()
