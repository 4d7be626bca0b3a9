"""What came of the attacks, kept in ``build/attacks/`` and told in a few words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.attacks.shape import QUESTIONS, Attack

FOLDER = Path(__file__).parents[2] / "build" / "attacks"
OURS_FILE, STOCK_FILE = FOLDER / "ours.json", FOLDER / "stock.json"
HELD = "held"


def keep(path: Path, found: Mapping[str, Any]) -> None:
    """Put what was found beside the versions that it was found with; earlier findings of other attacks stay."""
    before = json.loads(path.read_bytes())["attacks"] if path.exists() else {}
    versions = {name: version(name) for name in ("hocvuso", "nbgrader", "ipykernel")}
    path.parent.mkdir(parents=True, exist_ok=True)
    day = datetime.now(UTC).date().isoformat()
    kept = dict(found) | {"attacks": before | dict(found["attacks"]), "versions": versions, "day": day}
    path.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def gained(expected: Mapping[str, float], got: Mapping[str, float | None]) -> float:
    """The points by which ``got`` is above what the answers deserve."""
    return sum(max(0.0, (points or 0) - expected.get(cell, 0)) for cell, points in got.items())


def missing(expected: Mapping[str, float], got: Mapping[str, float | None]) -> float:
    """The points that the answers deserve and did not get."""
    return sum(max(0.0, points - (got.get(cell) or 0)) for cell, points in expected.items())


def told_of_stock(attack: Attack, found: Mapping[str, Any], full: Mapping[str, Mapping[str, float]]) -> str:
    """In a few words what stock nbgrader made of an attack."""
    ended = found["ended"][-1]
    if ended in {"not tried", "lost"}:
        return (
            f"not tried: {found['why']}" if ended == "not tried" else "the box had to be stopped from outside"
        )
    marks = full[attack.edition]
    expected = attack.scores(marks)
    shown = {cell: found["manual"].get(cell, auto) for cell, auto in found["scores"].items()}
    parts = []
    refused = attack.expected["state"] == "refused" and attack.edition == QUESTIONS
    if gained(expected, shown):  # a folder that we refuse may hold right answers
        parts.append("graded all the same" if refused else f"**+{gained(expected, shown):g} points**")
    if found["manual"]:
        parts.append("**gradebook written**")
    parts += [f"**{_reads(leak)}**" for leak in found["leaks"]]
    parts += [f"**{trap}**" for trap in found["sprung"]]
    if missing(marks, found["neighbour"]):
        parts.append("**others get no grade**")
    if ended == "stopped":
        parts.append("**never ends**")
    elif attack.expected["state"] == "graded" and not any(v is not None for v in shown.values()):
        parts.append("no grade")
    elif missing(expected, shown):
        parts.append(f"{missing(expected, shown):g} points lost")
    return ", ".join(parts) or HELD


def told_of_ours(
    attack: Attack, tried: Sequence[Mapping[str, Any]], full: Mapping[str, Mapping[str, float]]
) -> str:
    """In a few words what our grader made of an attack: ``held`` when all is as its file expects."""
    told = Counter(_told_of_one(attack, found, full) for found in tried)
    if len(told) == 1:
        return next(iter(told))
    return ", ".join(f"{text} ({count} of {len(tried)})" for text, count in told.most_common())


def _told_of_one(attack: Attack, found: Mapping[str, Any], full: Mapping[str, Mapping[str, float]]) -> str:
    expected = attack.scores(full[attack.edition])
    parts = []
    if gained(expected, found["scores"]):
        parts.append(f"**+{gained(expected, found['scores']):g} points**")
    if missing(expected, found["scores"]):
        parts.append(f"{missing(expected, found['scores']):g} points lost")
    parts += [f"**{_reads(leak)}**" for leak in found["leaks"]]
    if found["manual"]:
        parts.append("**gradebook written**")
    if found["state"] != attack.expected["state"]:
        parts.append(f"{found['state']}, not {attack.expected['state']}")
    return ", ".join(parts) or HELD


def _reads(leak: str) -> str:
    return leak if "markup" in leak or "graded notebook" in leak or "way out" in leak else f"reads: {leak}"
