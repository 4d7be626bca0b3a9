"""Python source as a tree, also from several threads at once; what it says of itself."""

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


def docstring_of(source: str) -> str:
    """The first line of what the first function of ``source`` says of itself; nothing where there is none."""
    try:
        tree = parse(source)
    except (SyntaxError, ValueError):  # IPython's own syntax
        return ""
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    told = next((ast.get_docstring(function) for function in functions), None) or ""
    return next(iter(told.splitlines()), "").strip()


def has_code(source: str) -> bool:
    """Whether there is more in ``source`` than comments and blank lines."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in source.splitlines())
