"""Runs a piece of the package in a process of its own and kills it (SIGKILL) at a chosen moment.

A moment is the n-th thing that the process does to files of the course, counted by an audit hook, so that it does
not depend on how fast the machine is; plus some milliseconds, so that it falls into writes too. Or it is the n-th
transaction that the process writes: SQLite's journal has appeared, and has not gone yet.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMMAND = "from hocvuso.cli import main; main(sys.argv)"
_CHILD = """
import atexit, itertools, os, signal, sys, threading
root, at, delay, told, journal, code = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), *sys.argv[4:7]
sys.argv = sys.argv[7:]
numbers, last, me = itertools.count(1), 0, os.getpid()

def die():
    os.kill(me, signal.SIGKILL)

def await_transaction():
    for number in range(at):
        while not os.path.exists(journal): pause.wait(0.0003)
        if number + 1 < at:
            while os.path.exists(journal): pause.wait(0.0003)
    pause.wait(delay)
    die()

def count(event, given):
    global last
    if os.getpid() != me:  # a process that this one started
        return
    if event == "open":
        path = given[0] if isinstance(given[0], (str, bytes)) else ""
        path = os.fsdecode(path)
        if os.path.isabs(path) and not path.startswith(root):
            return
    elif event not in {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "sqlite3.connect"}:
        return
    last = next(numbers)
    if last == at:
        if delay:
            threading.Timer(delay, die).start()
        else:
            die()

def tell():
    with open(told, "w") as file:
        file.write(str(last))

if at == 0:
    atexit.register(tell)
if journal:
    pause = threading.Event()
    threading.Thread(target=await_transaction, daemon=True).start()
else:
    sys.addaudithook(count)
exec(code)
"""


@dataclass(frozen=True)
class Moment:
    """When to kill: ``delay`` seconds after the process has touched the course's files ``at`` times.

    With a ``journal``, a path below the course: after it has appeared ``at`` times.
    """

    at: int
    delay: float = 0.0
    journal: str = ""


def count_steps(root: Path, *words: str, code: str = COMMAND) -> int:
    """Let the process come to its end; how often it touched files of the course."""
    told = root.parent / "steps"
    done = _run(root, Moment(0), told, words, code)
    assert done.returncode == 0, done.stderr
    return int(told.read_text())


def kill(root: Path, moment: Moment, *words: str, code: str = COMMAND) -> None:
    """Start the process and kill it at ``moment``; an end that comes before is a failure of the test."""
    done = _run(root, moment, root.parent / "steps", words, code)
    assert done.returncode == -signal.SIGKILL, (moment, done.returncode, done.stderr)


def moments(seed: int, count: int, steps: int) -> Iterator[Moment]:
    """``count`` moments spread over ``steps`` by chance; every other one falls between two steps."""
    chance = random.Random(seed)
    for number in range(count):
        # one from each equal part, so that few moments still meet the beginning, the middle and the end
        low, high = number * steps * 9 // (10 * count), (number + 1) * steps * 9 // (10 * count)
        yield Moment(
            chance.randint(low + 1, max(low + 1, high)), chance.choice((0.0, chance.uniform(0, 0.02)))
        )


def _run(
    root: Path, moment: Moment, told: Path, words: tuple[str, ...], code: str
) -> subprocess.CompletedProcess[str]:
    journal = str(root / moment.journal) if moment.journal else ""
    given = [str(root), str(moment.at), str(moment.delay), str(told), journal, code, *words]
    return subprocess.run(
        [sys.executable, "-c", _CHILD, *given], cwd=root, capture_output=True, text=True, check=False
    )
