"""What can be read off the author's cells without running them: names, and constants that decide a test."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeAlias

from hocvuso.lessons.python_text import parse

Offset: TypeAlias = "Callable[[int, int], int]"
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
"""Between lines that hold these a test is hidden from learners (nbgrader's own marks)."""


@lru_cache(maxsize=1024)
def python_of(source: str) -> str:
    """``source`` as Python: IPython's own syntax is translated where there is any."""
    try:
        parse(source)
    except SyntaxError:
        from IPython.core import inputtransformer2

        manager: Any = inputtransformer2.TransformerManager  # IPython has no types
        translated: str = manager().transform_cell(source)
        return translated
    return source


@lru_cache(maxsize=1024)
def names_used(source: str) -> tuple[str, ...]:
    """The names that a cell reads or deletes, wherever in it."""
    tree = tree_of(source)
    if tree is None:
        return ()
    found = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Store)}
    found |= {
        n.target.id for n in ast.walk(tree) if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)
    }
    return tuple(sorted(found))


@lru_cache(maxsize=1024)
def names_needed(source: str) -> frozenset[str]:
    """The names that a cell takes from others: it reads them, or a function in it does, and it binds them nowhere."""
    try:
        module = symtable.symtable(python_of(source), "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    own = {symbol.get_name() for symbol in module.get_symbols() if symbol.is_assigned()}
    found: set[str] = set()
    tables = [module]
    while tables:
        table = tables.pop()
        symbols = [s for s in table.get_symbols() if s.is_referenced() and (s.is_global() or table is module)]
        found |= {symbol.get_name() for symbol in symbols} - own
        tables += table.get_children()
    return frozenset(found)


def names_bound(source: str) -> frozenset[str]:
    """The names that a cell binds, its functions' own names left out."""
    tree = tree_of(source)
    return frozenset(_bound(tree.body)) if tree else frozenset()


def names_made(source: str) -> frozenset[str]:
    """The names that a cell binds, or whose value it may change in place."""
    return names_bound(source) | names_touched(source)


def names_touched(source: str) -> frozenset[str]:
    """The names whose value a cell may change in place: it stores into it, or calls a method for its effect."""
    tree = tree_of(source)
    return frozenset(_touched(tree.body)) if tree else frozenset()


def name_defined(node: ast.stmt) -> str:
    """The one name that a statement gives a value or a function without decorators; "" for any other statement."""
    if isinstance(node, ast.FunctionDef):
        return "" if node.decorator_list else node.name
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return ""


@lru_cache(maxsize=1024)
def imports_in(source: str) -> tuple[str, str]:
    """The import statements of a cell that stand by themselves, released and hidden: later cells may count on them."""
    source = python_of(source)
    tree = tree_of(source)
    released: list[str] = []
    secret: list[str] = []
    if tree is None:
        return "", ""
    offset, hidden = offsets(source), hidden_parts(source)
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            place = offset(node.lineno, node.col_offset)
            (secret if any(a <= place < b for a, b in hidden) else released).append(ast.unparse(node))
    return "\n".join(released), "\n".join(secret)


def tree_of(source: str) -> ast.Module | None:
    """``source`` parsed, IPython's own syntax translated; None when it can't be."""
    try:
        return parse(python_of(source))
    except (SyntaxError, ValueError, RecursionError):
        return None


_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _bound(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, _SCOPES):
            yield node.name
            yield from (
                name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names
            )
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
                yield part.id
            elif isinstance(part, ast.alias):
                yield (part.asname or part.name).partition(".")[0]
            elif (isinstance(part, ast.ExceptHandler) and part.name) or isinstance(part, _SCOPES):
                yield part.name or ""


def _touched(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        for part in () if isinstance(node, _SCOPES) else ast.walk(node):
            if isinstance(part, ast.Subscript | ast.Attribute) and not isinstance(part.ctx, ast.Load):
                yield from _root(part)
            elif isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
                yield from _root(part.value.func) if isinstance(part.value.func, ast.Attribute) else ()


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def hidden_parts(source: str) -> list[tuple[int, int]]:
    """The hidden parts of a test: from and to, in characters."""
    found, start, place = [], None, 0
    for line in source.splitlines(keepends=True):
        if HIDDEN[0] in line:
            start = place
        elif HIDDEN[1] in line and start is not None:
            found.append((start, place))
            start = None
        place += len(line)
    return found if start is None else [*found, (start, place)]


def span_of(node: ast.expr | ast.stmt, offset: Offset) -> tuple[int, int]:
    """Where ``node`` stands, in characters; of parentheses around it nothing is said."""
    assert node.end_lineno is not None  # noqa: S101  (parsed from text)
    assert node.end_col_offset is not None  # noqa: S101
    return offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)


def offsets(source: str) -> Offset:
    """What turns a line and a column of ``ast`` into characters from the beginning of ``source``."""
    starts = [0]
    lines = source.split("\n")
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(line: int, column: int) -> int:
        """Characters before (line, column); ``ast`` counts columns in bytes of UTF-8."""
        return starts[line - 1] + len(lines[line - 1].encode("utf-8")[:column].decode("utf-8"))

    return offset
