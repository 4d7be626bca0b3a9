"""The build of 136 lessons: the lessons of this repository, copied under new ids into a course of their own."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
from itertools import cycle
from pathlib import Path

from tests.bench.measure import QUICK, ROOT, keep, say, seconds

from hocvuso.curriculum import OWN_FROM, framework

LESSONS = 34 if QUICK else 136


def main() -> None:
    """The whole command, start included: everything new, nothing changed, one lesson changed."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        (root / "nbgrader_config.py").touch()
        paths = copy_lessons(root, LESSONS)
        took, busy = {}, {}
        for state in ("all new", "nothing changed", "one changed"):
            if state == "one changed":
                paths[0].write_text(paths[0].read_text("utf-8") + "\nMột câu mới.\n", "utf-8")
            before = processor_seconds()
            took[state] = seconds(lambda: build(root))
            busy[state] = processor_seconds() - before
            say(f"   {state}: {took[state]:.1f} s")
        built = len(list((root / "release").glob("*/page.html")))
        if built != LESSONS:
            raise SystemExit(f"{built} lessons were built, not {LESSONS}")
    rows = [(state, f"{value:.1f} s", f"{busy[state]:.1f} s") for state, value in took.items()]
    head = (f"{LESSONS} lessons", "hocvuso build", "of the processor")
    keep("build", {"lessons": LESSONS, "seconds": took, "processor_seconds": busy}, [head, *rows])


def processor_seconds() -> float:
    """What the commands have used so far; unlike the clock it hardly depends on what else the machine does."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def build(root: Path) -> None:
    """The command."""
    command = [sys.executable, "-m", "hocvuso", "--root", str(root), "build"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def copy_lessons(root: Path, count: int) -> list[Path]:
    """The ``count`` lessons, under ids that the official list leaves free (t01-51, t02-51 … t01-52 and so on)."""
    texts = cycle(path.read_text("utf-8") for path in sorted((ROOT / "notebooks" / "lessons").glob("*/*.md")))
    made = []
    for number, text in zip(range(count), texts, strict=False):
        place, topic = divmod(number, len(framework().topics))
        topic += 1
        lesson = f"t{topic:02}-{OWN_FROM + place:02}"
        path = root / "notebooks" / "lessons" / lesson[:3] / f"{lesson}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        head = re.sub(r"(?m)^  id: .*$", f"  id: {lesson}", text, count=1)
        path.write_text(re.sub(r"(?m)^  topic: .*$", f"  topic: {topic}", head, count=1), "utf-8")
        made.append(path)
    return made


if __name__ == "__main__":
    main()
