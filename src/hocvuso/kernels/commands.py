"""``!command`` in a cell where there is no terminal to be had: IPython's own way asks the system for one.

What a command writes, to stdout or stderr, is shown as a terminal would show it: one stream, lines ended by CR LF.
"""

from __future__ import annotations

import codecs
import os
import subprocess
import sys
from importlib import import_module
from typing import Any

_SOME = 65536


def install() -> None:
    """Let the shell of this process run commands through pipes, when it can't have a terminal."""
    zmqshell: Any = import_module("ipykernel.zmqshell")
    try:
        ends = os.openpty()
    except OSError:
        zmqshell.system = system
        return
    for end in ends:
        os.close(end)


def system(cmd: str) -> int:
    """Run ``cmd`` by the system's shell and show what it writes as it comes; its exit status."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with subprocess.Popen(
        ["/bin/sh", "-c", cmd], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None  # noqa: S101  (it is a pipe)
        try:
            while data := os.read(process.stdout.fileno(), _SOME):
                sys.stdout.write(decoder.decode(data).replace("\n", "\r\n"))
                sys.stdout.flush()
        except KeyboardInterrupt:  # as a terminal would pass it on
            process.kill()
            raise
    return process.returncode
