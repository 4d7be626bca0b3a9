"""What can be read off the author's cells without running them: names, and constants that decide a test."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from hocvuso.lessons.python_text import parse

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
Offset: TypeAlias = "Callable[[int, int], int]"
_COMPARING = ("equal", "close", "approx", "almost", "isdisjoint")


HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
"""Between lines that hold these a test is hidden from learners (nbgrader's own marks)."""
_MANY = 7  # other values of one place, at most


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of a test that decides what passes: where it stands (in characters), and what could stand there.

    Either a constant that something is compared with, and other values of its kind; or, where nothing is compared
    with a constant, the comparison itself, and its opposite.
    """

    start: int
    end: int
    others: tuple[str, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes that could be made here."""
        return tuple(Change(self.start, self.end, other) for other in self.others)


@dataclass(frozen=True, slots=True)
class Change:
    """Other text for a place of a source, in characters."""

    start: int
    end: int
    text: str


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


@lru_cache(maxsize=1024)
def imports_in(source: str) -> tuple[str, str]:
    """The import statements of a cell that stand by themselves, released and hidden: later cells may count on them."""
    source = python_of(source)
    tree = _tree(source)
    released: list[str] = []
    secret: list[str] = []
    if tree is None:
        return "", ""
    offset, hidden = _offsets(source), hidden_parts(source)
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            place = offset(node.lineno, node.col_offset)
            (secret if any(a <= place < b for a, b in hidden) else released).append(ast.unparse(node))
    return "\n".join(released), "\n".join(secret)


def places(source: str, chance: random.Random) -> list[Place]:
    """The places in ``source`` (Python) that decide whether it passes, in order.

    Learners know what was released, so where part of a test is hidden only that part counts.
    """
    tree = _tree(source)
    if tree is None:
        return []
    offset = _offsets(source)
    found = [
        Place(*_span(node, offset), _others(node.value, chance)) for node in _expected(tree, _assigned(tree))
    ]
    opposites = (_opposite(source, test, offset) for test in _plain_assertions(tree))
    found += [place for place in opposites if place]
    by_start = {place.start: place for place in found if place.others}
    kept = [by_start[start] for start in sorted(by_start)]
    hidden = hidden_parts(source)
    secret = [place for place in kept if any(a <= place.start and place.end <= b for a, b in hidden)]
    return secret or kept


def changed(source: str, changes: Iterable[Change]) -> str:
    """``source`` with ``changes``, which are of different places."""
    for change in sorted(changes, key=lambda change: -change.start):
        source = source[: change.start] + change.text + source[change.end :]
    return source


def _tree(source: str) -> ast.Module | None:
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


def _assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """The names that a test gives a value once, and never again: ``expected = 3``."""
    stored = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
    return {
        node.targets[0].id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and stored.count(node.targets[0].id) == 1
    }


def _decisive(tree: ast.AST) -> Iterator[ast.AST]:
    """As ``ast.walk``, without what may be true or not and the test passes all the same."""
    todo = [tree]
    while todo:
        node = todo.pop(0)
        yield node
        either = isinstance(node, ast.IfExp) or (isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or))
        if not either and not (isinstance(node, ast.Call) and _called(node.func) == "any"):
            todo += ast.iter_child_nodes(node)


def _expected(tree: ast.Module, known: dict[str, ast.expr]) -> Iterator[ast.Constant]:
    """The constants on the side of a comparison that the learner's code has no part in."""
    for node in _decisive(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for number, operation in enumerate(node.ops):
                if isinstance(operation, ast.Eq):
                    yield from _literal(sides[number], known)
                    yield from _literal(sides[number + 1], known)
                elif isinstance(operation, ast.In):
                    yield from _literal(sides[number], known)
        elif isinstance(node, ast.Call) and any(part in _called(node.func).lower() for part in _COMPARING):
            for argument in node.args:
                yield from _literal(argument, known)


def _plain_assertions(tree: ast.Module) -> Iterator[ast.expr]:
    """What is asserted without any constant to compare with."""
    for node in _decisive(tree):
        if isinstance(node, ast.Assert) and not list(
            _expected(ast.Module([ast.Expr(node.test)], []), _assigned(tree))
        ):
            yield node.test


_OPPOSITES = {"==": "!=", "<": ">=", ">": "<=", "in": "not in", "is": "is not"}
_OPPOSITES |= {other: one for one, other in _OPPOSITES.items()}
_OPERATOR = re.compile(
    r"(?P<before>[\s)]*)(?P<operator>==|!=|<=|>=|<|>|not\s+in|in|is\s+not|is)(?P<after>[\s(]*)"
)


def _opposite(source: str, test: ast.expr, offset: Offset) -> Place | None:
    """How ``test`` becomes what is true exactly when it is not, as an author would have written it."""
    start, _ = _span(test, offset)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        found = re.compile(r"not\s*").match(source, start)
        return Place(start, found.end(), ("",)) if found else None
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        (_, left), (right, _) = _span(test.left, offset), _span(test.comparators[0], offset)
        found = _OPERATOR.fullmatch(source, left, right)
        if found is None:  # a comment in between
            return None
        other = _OPPOSITES[" ".join(found["operator"].split())]
        return Place(left, right, (found["before"] + other + found["after"],))
    if isinstance(test, ast.Call | ast.Name | ast.Attribute | ast.Subscript):
        return Place(start, start, ("not ",))
    return None


def _called(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _literal(node: ast.expr, known: dict[str, ast.expr]) -> Iterator[ast.Constant]:
    if isinstance(node, ast.Name) and node.id in known:
        node = known[node.id]
    parts = list(ast.walk(node))
    if any(isinstance(part, ast.Name) and part.id not in _SHAPES for part in parts):
        return
    if any(isinstance(part, ast.JoinedStr) for part in parts):
        return
    yield from (part for part in parts if isinstance(part, ast.Constant))


def _others(value: object, chance: random.Random) -> tuple[str, ...]:
    """Sources of other values of the same kind, that could as well be the expected one."""
    found: set[str] = set()
    for _ in range(4 * _MANY):
        other = _other(value, chance)
        if other is not None and len(found) < _MANY:
            found.add(other)
    return tuple(sorted(found - {repr(value)}))


def _other(value: object, chance: random.Random) -> str | None:
    if value is True or value is False:
        return repr(not value)
    if isinstance(value, int):
        other = value + chance.choice([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5])
        return repr(other if value < 0 or other >= 0 else value - other)
    if isinstance(value, float):
        return repr(round(value * chance.choice([0.5, 1.5, 2.0]) + chance.choice([1.0, 2.0, 3.0]), 4))
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


def _span(node: ast.expr, offset: Offset) -> tuple[int, int]:
    """Where ``node`` stands, in characters; of parentheses around it nothing is said."""
    assert node.end_lineno is not None  # noqa: S101  (parsed from text)
    assert node.end_col_offset is not None  # noqa: S101
    return offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)


def _offsets(source: str) -> Offset:
    starts = [0]
    lines = source.split("\n")
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(line: int, column: int) -> int:
        """Characters before (line, column); ``ast`` counts columns in bytes of UTF-8."""
        return starts[line - 1] + len(lines[line - 1].encode("utf-8")[:column].decode("utf-8"))

    return offset
