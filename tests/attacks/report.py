"""Writes docs/security-suite.md from what was found: ours (``make test``) beside stock nbgrader's (``make soak``).

python -m tests.attacks.report
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.attacks.outcomes import HELD, OURS_FILE, STOCK_FILE, told_of_ours, told_of_stock
from tests.attacks.shape import Attack, load_attacks

DOCUMENT = Path(__file__).parents[2] / "docs" / "security-suite.md"
KINDS = {
    "answers": "The file answers.json, as no front end would write it",
    "asking": "Asking the judge what a test that runs beside the code expects",
    "ending": "Ending, stopping or replacing the process that is graded",
    "equality": "Answers that agree with whatever they are compared with",
    "escaping": "Ways out of the box: network, system calls, files, the machine",
    "exhausting": "Using up time, memory, processes, disk, output",
    "folder": "The handed-in folder: links, pipes, names, sizes, archives",
    "forging": "Forged scores, messages, reports, values, gradebooks",
    "identity": "Whose hand-in it is, and when: names, receipts, times",
    "notebook": "The notebook: cells, metadata, formats, damage",
    "patching": "Helpers, builtins and modules exchanged under a test",
    "reading": "Reading hidden tests, keys, the gradebook, other learners",
    "residue": "What one hand-in or test leaves for the next",
    "rewriting": "Changing the test's code, or what is made of its result",
    "showing": "What pages and notebooks show of a learner's text and output",
    "waiting": "Code that waits for the test: threads, signals, forks, callbacks",
}
HEAD = """# The attack suite

{count} attacks, one file each in `tests/attacks/<class>/`, each with the outcome that it must have. `make test` runs
all of them, in one course and one batch, against the real grader and fails when one ends otherwise; honest learners
hand in among them and must get exactly what their answers deserve. `make soak` runs each of them against stock
`nbgrader autograde` too, alone, in a box of its own with short limits. This page is made from both by
`python -m tests.attacks.report`; it is not written by hand.

| | Học vụ số {ours} ({day_ours}) | nbgrader {nbgrader}, ipykernel {ipykernel} ({day_stock}) |
|---|---|---|
| attacks tried | {tried_ours} | {tried_stock} |
| held: the outcome is the one that the answers deserve | {held_ours} | {held_stock} |
| points that the answers do not deserve | {points_ours} | {points_stock} |
| a secret read, markup alive, a trap sprung, a gradebook written | {leaks_ours} | {leaks_stock} |
| other learners get no grade | {others_ours} | {others_stock} |
| no grade for the attacker, or it never ends | {ends_ours} | {ends_stock} |

**held**: points, state and everybody else's grades are as they should be, no secret came out, nothing outside was
touched. **+n points**: points that the answers do not deserve. **reads: …**: learner code got hold of it. *points
lost*: the hand-in deserved more; an honest learner with the same damage would lose them too. *no grade*: nothing was
graded. nbgrader has no refusals: where ours refuses a hand-in with a reason, *held* in its column means that no points
came of it.

The files are short and meant to be read: what is tried, the learner's code, the expected outcome.
`tests/attacks/shape.py` says how to write a new one.
"""


def main() -> None:
    """Write the document."""
    ours, stock = (json.loads(path.read_bytes()) for path in (OURS_FILE, STOCK_FILE))
    attacks = load_attacks()
    missing = [a.id for a in attacks if a.id not in ours["attacks"] or a.id not in stock["attacks"]]
    if missing:
        sys.exit(f"not tried yet: {', '.join(missing)}")
    rows = {
        a.id: (
            told_of_ours(a, ours["attacks"][a.id], ours["full"]),
            told_of_stock(a, stock["attacks"][a.id], stock["full"]),
        )
        for a in attacks
    }
    DOCUMENT.write_text("\n".join(page(attacks, rows, ours, stock)) + "\n", encoding="utf-8")


def page(
    attacks: list[Attack],
    rows: Mapping[str, tuple[str, str]],
    ours: Mapping[str, Any],
    stock: Mapping[str, Any],
) -> Iterator[str]:
    """The document, line by line."""
    told = {"ours": [row[0] for row in rows.values()], "stock": [row[1] for row in rows.values()]}
    counts = {f"{name}_{side}": number for side, said in told.items() for name, number in tally(said).items()}
    counts["leaks_ours"] += len(ours["sprung"])
    counts["others_ours"] += len(ours["others"])
    yield HEAD.format(
        day_ours=ours["day"],
        day_stock=stock["day"],
        count=len(attacks),
        ours=ours["versions"]["hocvuso"],
        nbgrader=stock["versions"]["nbgrader"],
        ipykernel=stock["versions"]["ipykernel"],
        **counts,
    )
    for kind, members in groupby(attacks, key=lambda attack: attack.kind):
        yield f"## {kind.capitalize()}\n\n{KINDS[kind]}.\n"
        yield "| attack | what it tries | ours | nbgrader |\n|---|---|---|---|"
        for attack in members:
            mine, theirs = rows[attack.id]
            yield f"| `{attack.name}` | {_cell(attack.title)} | {_cell(mine)} | {_cell(theirs)} |"
        yield ""


def tally(said: list[str]) -> dict[str, int]:
    """How many outcomes are of each sort; one may be of several."""
    tried = [text for text in said if not text.startswith("not tried")]
    return {
        "tried": len(tried),
        "held": tried.count(HELD),
        "points": sum("points**" in text for text in tried),
        "leaks": sum(any(word in text for word in _TOUCHED) for text in tried),
        "others": sum("others get" in text for text in tried),
        "ends": sum("no grade" in text or "never ends" in text or "from outside" in text for text in tried),
    }


_TOUCHED = (
    "reads:",
    "markup",
    "graded notebook",
    "way out",
    "gradebook written",
    "on loopback",
    "socket",
    "file in",
    "left running",
)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    main()
