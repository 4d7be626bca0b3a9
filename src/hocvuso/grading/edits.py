"""A test's text: where its parts stand, which are hidden, and other text for them, line by line where it was."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable
from typing import TypeAlias

from hocvuso.grading import reading

Span: TypeAlias = tuple[int, int]
"""From and to, in characters."""


class Text:
    """One test as it was written, but for comments in its hidden parts.

    ``tree`` is empty when the test can't be parsed; ``hidden`` are the parts that learners have not seen.
    """

    def __init__(self, source: str) -> None:
        self.hidden = reading.hidden_parts(source)
        self.source = _without_comments(source, self.hidden)
        self.tree = reading.tree_of(self.source) or ast.Module([], [])
        self._offset = reading.offsets(self.source)

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Where ``node`` stands."""
        return reading.span_of(node, self._offset)

    def of(self, node: ast.expr) -> str:
        """How ``node`` is written."""
        return self.source[slice(*self.span(node))]

    def lines(self, span: Span) -> int:
        """The line ends in ``span``."""
        return self.source.count("\n", *span)

    def is_hidden(self, span: Span) -> bool:
        """Whether ``span`` lies where learners have not seen it."""
        return within(span, self.hidden)

    def masked(self, span: Span) -> str:
        """What stands for a hidden value where sources are shown; as many lines."""
        lines = self.lines(span)
        return "(...{})".format("\n" * lines) if lines else "..."


class Edits:
    """Other texts for places of a source; a place inside of one that is there already changes nothing."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._edits: dict[Span, str] = {}

    def put(self, span: Span, text: str) -> None:
        """Let ``text`` stand in the place of ``span``."""
        if not self.has(span):
            self._edits[span] = text

    def has(self, span: Span) -> bool:
        """Whether ``span`` lies in a place that has another text."""
        return within(span, self._edits)

    def text(self) -> str:
        """The source with all edits."""
        text = self._source
        for (start, end), new in sorted(self._edits.items(), reverse=True):
            text = text[:start] + new + text[end:]
        return text


def within(span: Span, others: Iterable[Span]) -> bool:
    """Whether ``span`` lies in one of ``others``."""
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _without_comments(source: str, parts: Iterable[Span]) -> str:
    """``source`` with blanks for the comments in these parts; their own marks stay."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return source
    for token in tokens:
        start = sum(map(len, source.splitlines(keepends=True)[: token.start[0] - 1])) + token.start[1]
        span = start, start + len(token.string)
        if (
            token.type == tokenize.COMMENT
            and within(span, parts)
            and not any(m in token.string for m in reading.HIDDEN)
        ):
            source = source[: span[0]] + " " * len(token.string) + source[span[1] :]
    return source
