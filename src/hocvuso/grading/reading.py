"""What can be read off the author's cells without running them: names, and constants that decide a test."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_SHAPES = frozenset(
    [
        "sorted",
        "set",
        "list",
        "tuple",
        "dict",
        "frozenset",
        "str",
        "int",
        "float",
        "round",
        "abs",
        "len",
        "sum",
        "min",
        "max",
        "range",
        "np",
        "pd",
        "numpy",
        "pandas",
        "DataFrame",
        "Series",
        "array",
        "Decimal",
        "Fraction",
        "Counter",
        "isclose",
        "allclose",
        "approx",
    ]
)
_COMPARING = ("equal", "close", "approx", "almost", "isdisjoint")


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant that a test compares with: its place in the source (in characters) and another value for it."""

    start: int
    end: int
    other: str


def python_of(source: str) -> str:
    """``source`` as Python: IPython's own syntax is translated where there is any."""
    try:
        ast.parse(source)
    except SyntaxError:
        from IPython.core import inputtransformer2

        manager: Any = inputtransformer2.TransformerManager  # IPython has no types
        translated: str = manager().transform_cell(source)
        return translated
    return source


def names_used(source: str) -> tuple[str, ...]:
    """The names that a cell reads or deletes, wherever in it."""
    tree = _tree(source)
    if tree is None:
        return ()
    found = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Store)}
    found |= {
        n.target.id for n in ast.walk(tree) if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)
    }
    return tuple(sorted(found))


def names_bound(source: str) -> frozenset[str]:
    """The names that a cell binds, its functions' own names left out."""
    tree = _tree(source)
    return frozenset(_bound(tree.body)) if tree else frozenset()


def names_made(source: str) -> frozenset[str]:
    """The names that a cell binds, or whose value it may change in place."""
    return names_bound(source) | names_touched(source)


def names_touched(source: str) -> frozenset[str]:
    """The names whose value a cell may change in place: it stores into it, or calls a method for its effect."""
    tree = _tree(source)
    return frozenset(_touched(tree.body)) if tree else frozenset()


def imports_in(source: str) -> str:
    """The import statements of a cell that stand by themselves: later cells may count on them."""
    tree = _tree(source)
    if tree is None:
        return ""
    wanted = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join(ast.unparse(node) for node in wanted)


def constants(source: str, chance: random.Random) -> list[Constant]:
    """The constants in ``source`` (Python) that its comparisons expect, each with another value."""
    tree = _tree(source)
    if tree is None:
        return []
    lines = _offsets(source)
    found = {}
    for node in _expected(tree):
        other = _other(node.value, chance)
        if other is not None and node.end_lineno is not None and node.end_col_offset is not None:
            start = lines(node.lineno, node.col_offset)
            found[start] = Constant(start, lines(node.end_lineno, node.end_col_offset), other)
    return [found[start] for start in sorted(found)]


def replaced(source: str, chosen: list[Constant]) -> str:
    """``source`` with other values at the places ``chosen``."""
    for constant in sorted(chosen, key=lambda c: -c.start):
        source = source[: constant.start] + constant.other + source[constant.end :]
    return source


def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(python_of(source))
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


def _expected(tree: ast.AST) -> Iterator[ast.Constant]:
    """The constants on the side of a comparison that the learner's code has no part in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for place, operation in enumerate(node.ops):
                if isinstance(operation, ast.Eq):
                    yield from _literal(sides[place])
                    yield from _literal(sides[place + 1])
                elif isinstance(operation, ast.In):
                    yield from _literal(sides[place])
        elif isinstance(node, ast.Call) and any(part in _called(node.func).lower() for part in _COMPARING):
            for argument in node.args:
                yield from _literal(argument)


def _called(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _literal(node: ast.expr) -> Iterator[ast.Constant]:
    parts = list(ast.walk(node))
    if any(isinstance(part, ast.Name) and part.id not in _SHAPES for part in parts):
        return
    if any(isinstance(part, ast.JoinedStr) for part in parts):
        return
    yield from (part for part in parts if isinstance(part, ast.Constant))


def _other(value: object, chance: random.Random) -> str | None:
    """The source of another value of the same kind, that could as well be the expected one."""
    if value is True or value is False:
        return repr(not value)
    if isinstance(value, int):
        other = value + chance.choice([-3, -2, -1, 1, 2, 3])
        return repr(other if value < 0 or other >= 0 else value + 1)
    if isinstance(value, float):
        return repr(round(value * chance.choice([0.5, 1.5, 2.0]) + chance.choice([1.0, 2.0]), 4))
    if isinstance(value, str):
        return repr(_other_text(value, chance))
    return "0" if value is None else None


def _other_text(value: str, chance: random.Random) -> str:
    letters = [place for place, letter in enumerate(value) if letter.isalnum()]
    if not letters:
        return value + chance.choice("abcdeghiklmn")
    place = chance.choice(letters)
    pool = "0123456789" if value[place].isdigit() else "abcdeghiklmnopqrstuvxy"
    return value[:place] + chance.choice([c for c in pool if c != value[place]]) + value[place + 1 :]


def _offsets(source: str) -> Callable[[int, int], int]:
    starts = [0]
    lines = source.split("\n")
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(line: int, column: int) -> int:
        """Characters before (line, column); ``ast`` counts columns in bytes of UTF-8."""
        return starts[line - 1] + len(lines[line - 1].encode("utf-8")[:column].decode("utf-8"))

    return offset
