"""Markdown taken apart into the pieces that are translated one by one, and put together again.

A piece is a heading, a paragraph, an item of a list, a quotation or a cell of a table, without its marks at the
beginning and on one line however it was wrapped, so that wrapping it anew changes nothing. Fenced code is no text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_FENCE = re.compile(r"\s*(```|~~~)")
_BEGIN = re.compile(r"\s*(?:#{1,6}\s+|(?:[-*+]|\d+[.)])\s+|(?:>\s?)+)")
_QUOTE = re.compile(r"\s*(?:>\s?)+")
_TAG = re.compile(r"\s*</?[a-zA-Z][^>]*>\s*")
_RULE = re.compile(
    r"[\s|:*_>-]*"
)  # below a table's head, between parts, between two paragraphs of a quotation
_CELL = re.compile(r"(?<!\\)\|")
_KEPT_BREAK = re.compile(r"(?:  |\\)$")


@dataclass
class _Block:
    """Lines of one piece: what stands before it, and its lines."""

    prefix: str
    lines: list[str] = field(default_factory=list)

    def text(self) -> str:
        joined = ""
        for line in self.lines:
            joined += line.lstrip() if not joined or joined.endswith("\n") else f" {line.lstrip()}"
            joined = joined + "\n" if _KEPT_BREAK.search(line) else joined.rstrip()
        return joined.rstrip("\n")


def retell_markdown(source: str, tell: Callable[[str], str]) -> str:
    """``source`` with each piece replaced by what ``tell`` makes of it; a piece without a letter stays."""
    return "\n".join(_retold(source, lambda text: tell(text) if any(map(str.isalpha, text)) else text))


def _retold(source: str, tell: Callable[[str], str]) -> Iterator[str]:
    block: _Block | None = None
    fenced = False
    for line in source.split("\n"):
        is_fence = bool(_FENCE.match(line))
        begins = _BEGIN.match(line)
        goes_on = block is not None and not fenced and not is_fence and _continues(block, line)
        if block is not None and not goes_on:
            yield _finished(block, tell)
            block = None
        if is_fence:
            fenced = not fenced
        if goes_on and block is not None:
            block.lines.append(_QUOTE.sub("", line, count=1) if ">" in block.prefix else line)
        elif fenced or is_fence or _RULE.fullmatch(line) or _TAG.fullmatch(line):
            yield line
        elif line.lstrip().startswith("|"):
            yield "|".join(_cell(part, tell) for part in _CELL.split(line))
        else:
            prefix = begins[0] if begins else line[: len(line) - len(line.lstrip())]
            block = _Block(prefix, [line[len(prefix) :]])
    if block is not None:
        yield _finished(block, tell)


def _continues(block: _Block, line: str) -> bool:
    """Whether ``line`` is more of ``block``: a quotation goes on as one, all else until something begins."""
    if ">" in block.prefix:
        return bool(_QUOTE.match(line)) and bool(_QUOTE.sub("", line, count=1).strip())
    if block.prefix.lstrip().startswith("#") or _RULE.fullmatch(line) or _TAG.fullmatch(line):
        return False
    return not _BEGIN.match(line) and not line.lstrip().startswith("|")


def _finished(block: _Block, tell: Callable[[str], str]) -> str:
    more = block.prefix if ">" in block.prefix else " " * len(block.prefix)
    first, *rest = tell(block.text()).split("\n")
    return "\n".join([block.prefix + first, *(more + line for line in rest)])


def _cell(part: str, tell: Callable[[str], str]) -> str:
    text = part.strip()
    return f" {tell(text)} " if text else part
