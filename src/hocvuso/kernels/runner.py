"""Runs a notebook in the box, from the trusted side.

What comes back is JSON of bounded size, read from a pipe, checked and rebuilt piece by piece; nothing is
unpickled and no file that learner code could have prepared is opened.
"""

from __future__ import annotations

import base64
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hocvuso.kernels.sandbox import Limits, clean_env, sandbox_command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

State = Literal["ok", "timed_out", "killed", "too_much_output", "broken"]
Output = dict[str, Any]  # one notebook output in nbformat's own shape, cleaned by `clean_output`
KEPT_TYPES = ("text/plain", "image/png")
_STDERR_LIMIT = 4000


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What became of a run. ``outputs[i]`` is None when cell ``i`` did not finish.

    ``ok``: every cell ran. ``timed_out``: stopped by the clock. ``killed``: the kernel died (limits, a crash,
    its own doing). ``too_much_output``: stopped for what it wrote. ``broken``: the box did not start; this
    says nothing about the learner's code, and ``detail`` has the reason.
    """

    state: State
    outputs: tuple[tuple[Output, ...] | None, ...]
    detail: str = ""


def run_notebook(  # noqa: PLR0913  (one limit each, named at the call)
    cells: Sequence[str],
    files: Mapping[str, bytes] | None = None,
    *,
    cell_seconds: int = 30,
    cpu_seconds: int = 60,
    wall_seconds: float = 180,
    memory_mb: int = 2048,
    output_limit: int = 4_000_000,
) -> RunOutcome:
    """Execute the sources ``cells`` in one fresh kernel beside ``files``; SandboxError without a box."""
    job = {
        "cells": list(cells),
        "files": {name: base64.b64encode(data).decode("ascii") for name, data in (files or {}).items()},
        "cell_seconds": cell_seconds,
    }
    command = sandbox_command(
        [sys.executable, "-m", "hocvuso.kernels.run_notebook"],
        env=clean_env(),
        limits=Limits(cpu_seconds=cpu_seconds, memory_mb=memory_mb),
    )
    with tempfile.TemporaryFile() as stdin:
        stdin.write(json.dumps(job).encode("utf-8"))
        stdin.seek(0)
        stopped, report, errors = _run(command, stdin, wall_seconds, output_limit)
    return _read_report(report, len(cells), stopped, errors)


def _run(
    command: list[str], stdin: Any, wall_seconds: float, limit: int
) -> tuple[State | None, bytes, bytes]:
    """Run the box to its end, or stop it; the reason when we stopped it, its report, its first errors."""
    process = subprocess.Popen(
        command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018  (both are pipes)
    deadline = time.monotonic() + wall_seconds
    report, errors = bytearray(), bytearray()
    stopped: State | None = None
    try:
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ, report)
            ready.register(process.stderr, selectors.EVENT_READ, errors)
            while ready.get_map() and stopped is None:
                events = ready.select(max(0.0, deadline - time.monotonic()))
                for key, _ in events:
                    data = os.read(key.fd, 65536)
                    if data:
                        key.data.extend(data[: limit + 1])
                        del errors[_STDERR_LIMIT:]
                    else:
                        ready.unregister(key.fileobj)
                if len(report) > limit:
                    stopped = "too_much_output"
                elif time.monotonic() >= deadline:
                    stopped = "timed_out"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        process.stderr.close()
    return stopped, bytes(report), bytes(errors)


def _read_report(report: bytes, count: int, stopped: State | None, errors: bytes) -> RunOutcome:
    outputs: list[tuple[Output, ...] | None] = [None] * count
    ready, end = False, None
    for line in report.splitlines():
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            break  # a line cut off by a kill, or forged: what came before stays
        if not isinstance(record, dict):
            break
        ready = ready or record.get("ready") is True
        end = record.get("end", end)
        index, shown = record.get("cell"), record.get("outputs")
        if type(index) is int and 0 <= index < count and isinstance(shown, list):
            outputs[index] = tuple(o for o in map(clean_output, shown) if o)
    if stopped is None:
        stopped = "ok" if end == "ok" else "killed" if ready else "broken"
    if stopped == "ok":
        outputs = [shown if shown is not None else () for shown in outputs]  # an empty cell is not executed
    return RunOutcome(stopped, tuple(outputs), errors.decode("utf-8", "replace").strip())


def clean_output(output: object) -> Output | None:
    """``output`` rebuilt from what is allowed: text, errors, plain results, PNG pictures; no HTML."""
    if not isinstance(output, dict):
        return None
    kind = _text(output.get("output_type"))
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": _text(output.get("text"))}
    if kind == "error":
        trace = output.get("traceback")
        lines = [_text(line) for line in trace] if isinstance(trace, list) else []
        return {
            "output_type": "error",
            "ename": _text(output.get("ename")),
            "evalue": _text(output.get("evalue")),
            "traceback": lines,
        }
    if kind in {"display_data", "execute_result"}:
        data = output.get("data")
        kept = {t: _text(data[t]) for t in KEPT_TYPES if t in data} if isinstance(data, dict) else {}
        made: Output = {"output_type": kind, "data": kept, "metadata": {}}
        return made | ({"execution_count": None} if kind == "execute_result" else {})
    return None


def _text(value: object) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
