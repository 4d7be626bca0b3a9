"""Writes measured figures into a page of the documentation: the part between two marks, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first row is the head."""
    head, *rest = rows
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rest))


def rewrite(path: Path, name: str, content: str) -> None:
    """Put ``content`` between ``<!-- name: begin -->`` and ``<!-- name: end -->``, which must be there."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = path.read_text("utf-8")
    if text.count(begin) != 1 or text.count(end) != 1:
        raise SystemExit(f"{path} needs the marks {begin} and {end}, once each")
    before, rest = text.split(begin)
    path.write_text(f"{before}{begin}\n{content.strip()}\n{end}{rest.split(end)[1]}", "utf-8")
