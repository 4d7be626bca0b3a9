"""Runs lists of cells in a process of its own: ``kernels_both.py (kernel|shell) SECONDS [pausing]``.

Reads ``{name: [source, …]}`` as JSON from stdin, writes ``{name: [outputs per cell]}`` to stdout. ``kernel``: with
nbclient and a real ipykernel, as nbgrader does; ``pausing``: with a pause before a cell ends.
``shell``: each list in a fork of one prepared `CellShell`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile

TIMED_OUT = {
    "ename": "CellTimeoutError",
    "evalue": "",
    "traceback": ["CellTimeoutError: no reply from the kernel in time"],
}

# A kernel's thread that forwards what was written to a descriptor can't be asked whether it is done.
_SLEEP = "get_ipython().events.register('post_execute', lambda: __import__('time').sleep(1))"
PAUSE = [f"--InteractiveShellApp.exec_lines={_SLEEP}"]


def by_kernel(cells: list[str], seconds: float) -> list[list[dict]]:
    """What the notebook holds after nbclient has run it, later changes included."""
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbformat import v4

    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in cells])
    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_name="python3"),
        timeout=int(seconds),
        interrupt_on_timeout=True,
        allow_errors=True,
        error_on_timeout=TIMED_OUT,
        raise_on_iopub_timeout=True,
        iopub_timeout=30,
        shutdown_kernel="immediate",
        extra_arguments=["--HistoryManager.hist_file=:memory:", *(PAUSE if "pausing" in sys.argv else ())],
        on_cell_executed=add_unseen_error,
    )
    client.execute()
    return [list(cell.outputs) for cell in notebook.cells]


def add_unseen_error(*, cell, execute_reply, **_) -> None:
    """nbgrader's hook, with our words: an error that the reply names counts, also when no output shows it."""
    from nbformat import v4

    reply = execute_reply["content"]
    shown = {output.ename for output in cell.outputs if output.output_type == "error"}
    if reply["status"] == "error" and reply["ename"] not in shown:
        error = {name: reply[name] for name in ("ename", "evalue", "traceback")}
        error["traceback"] = error["traceback"] or ["the error was not shown"]
        cell.outputs.append(v4.new_output("error", **error))


def by_shell(cells: list[str], seconds: float) -> list[list[dict]]:
    """The same from our shell, in a fork."""
    from hocvuso.kernels.shell import CellShell, prepare

    prepare()
    with tempfile.TemporaryFile() as file:
        pid = os.fork()
        if pid == 0:
            try:
                shell = CellShell.prepared()
                shown = []
                for source in cells:
                    run = shell.run(source, seconds=seconds)
                    shown.append(run.outputs)
                    for index, outputs in run.earlier.items():
                        shown[index] = outputs
                os.write(file.fileno(), json.dumps(shown).encode())
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        file.seek(0)
        return json.load(file)


def main() -> None:
    """Each list in a folder of its own; what the code writes elsewhere goes nowhere."""
    way = {"kernel": by_kernel, "shell": by_shell}[sys.argv[1]]
    cases = json.load(sys.stdin)
    result = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    shown = {}
    for name, cells in cases.items():
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                shown[name] = way(cells, float(sys.argv[2]))
            except Exception as error:  # noqa: BLE001
                shown[name] = f"{type(error).__name__}: {error}"
            os.chdir("/")
    with os.fdopen(result, "w", encoding="utf-8") as out:
        json.dump(shown, out)


if __name__ == "__main__":
    main()
