"""``make bench``: every benchmark, or those named; figures go to build/bench/. These are never tests.

python -m tests.bench [grading] [site] [certificates] [build]      QUICK=1 for a short look
"""

from __future__ import annotations

import importlib
import sys

from tests.bench.measure import QUICK, RESULTS, machine, say, seconds

ALL = ("build", "certificates", "site", "grading")


def main(names: list[str]) -> None:
    """One after the other: two at once would measure each other."""
    found = machine()
    say(f"{found['cores']} cores, load {found['load_before']}, {'quick' if QUICK else 'full'}")
    if found["load_before"] > 0.5 * (found["cores"] or 1):
        say("The machine is busy with something else: only the ratios mean anything.")
    for name in names or ALL:
        say(f"\n{name}")
        took = seconds(importlib.import_module(f"tests.bench.{name}").main)
        say(f"   ({took:.0f} s in all)")
    say(f"\nfigures in {RESULTS}")


if __name__ == "__main__":
    main(sys.argv[1:])
