"""Python source as a tree, also from several threads at once."""

from __future__ import annotations

import ast
import threading

_lock = threading.Lock()


def parse(source: str) -> ast.Module:
    """As ``ast.parse``, one thread at a time; SyntaxError or ValueError when it is no Python.

    CPython 3.11 counts the depth of what it parses for all threads together, so two that parse at once may both end
    with "SystemError: AST constructor recursion depth mismatch" (python/cpython issue 106905).
    """
    with _lock:
        return ast.parse(source)
