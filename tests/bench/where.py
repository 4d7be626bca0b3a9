"""Where the grader's time goes: runs the command and looks at what its threads are doing, two hundred times a second.

A look counts for the innermost function of this package on the stack, so what a library does counts for who called
it. Threads that wait for work do not count. Processes that the grader forks are looked at too; boxes are not.

python -m tests.bench.where OUT -- grade …
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter
from pathlib import Path
from types import FrameType

EVERY = 0.005
KEPT_EVERY = 100  # looks between two writings
IDLE = (
    "thread.py",
    "threading.py",
    "queue.py",
    "selectors.py",
    "connection.py",
    "popen_fork.py",
    "subprocess.py",
    "socket.py",
)
PACKAGE = f"{os.sep}src{os.sep}hocvuso{os.sep}"


def main(out: str, words: list[str]) -> None:
    """Run ``hocvuso`` with ``words``; the counts of each process end in ``OUT.<pid>``."""
    _start(out)
    os.register_at_fork(after_in_child=lambda: _start(out))
    from hocvuso.cli import main as command

    command(words)


def read(out: Path) -> Counter[str]:
    """The looks of all processes, by function."""
    counts: Counter[str] = Counter()
    for path in out.parent.glob(f"{out.name}.*"):
        counts.update(json.loads(path.read_text("utf-8")))
    return counts


def _start(out: str) -> None:
    threading.Thread(target=_look, args=(out,), daemon=True).start()


def _look(out: str) -> None:
    counts: Counter[str] = Counter()
    own, path, pause = threading.get_ident(), Path(f"{out}.{os.getpid()}"), threading.Event()
    looks = 0
    while not pause.wait(EVERY):
        for thread, frame in sys._current_frames().items():
            if thread != own and (place := _place(frame)):
                counts[place] += 1
        looks += 1
        if looks % KEPT_EVERY == 0:
            part = path.with_suffix(path.suffix + "-part")
            part.write_text(json.dumps(counts), encoding="utf-8")
            part.rename(str(path))


def _place(frame: FrameType | None) -> str | None:
    """``room.module.function`` of the innermost frame of ours; None for a thread that waits for work."""
    assert frame is not None
    if Path(frame.f_code.co_filename).name in IDLE:
        return None
    inner: FrameType | None = frame
    while inner is not None:
        name = inner.f_code.co_filename
        if PACKAGE in name:
            module = name.split(PACKAGE)[1].removesuffix(".py").replace(os.sep, ".")
            return f"{module}.{inner.f_code.co_qualname}"
        inner = inner.f_back
    return "start and imports"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[3:])
