"""The comparisons of a test: what decides whether it passes, and could be told by somebody else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_INNER = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Lambda
_NAMED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_UNSURE = ast.JoinedStr  # positions inside of these can't be relied on
_TELLING = ("assert", "equal", "close", "approx", "almost")
_CALLING = ("raises", "warns", "logs", "regex")  # helpers that call what they are given


@dataclass(frozen=True, slots=True)
class Check:
    """A comparison of a test: whether only its truth counts, and whether the test fails without it."""

    node: ast.expr
    truth: bool
    asserted: bool = False


class Comparisons:
    """Finds them. ``known``: names that the judge knows; ``needed``: those that other cells use."""

    def __init__(self, known: frozenset[str], needed: frozenset[str]) -> None:
        self._known, self._needed = known, needed

    def found_in(self, tree: ast.AST) -> Iterator[Check]:
        """The comparisons in ``tree``, the outermost ones, from top to bottom."""
        todo: list[ast.AST] = [tree]
        while todo:
            node = todo.pop(0)
            if isinstance(node, _UNSURE) or (isinstance(node, _NAMED) and node.name in self._needed):
                continue  # what other cells call can't ask: they are other tests, or none
            if isinstance(node, ast.Compare) and not is_left(node):
                yield Check(node, truth=False)
                continue
            if isinstance(node, ast.Expr) and self.asserts(node.value):
                yield Check(node.value, truth=False, asserted=True)
                continue
            rest = list(ast.iter_child_nodes(node))
            if isinstance(node, ast.While):
                rest = [*node.body, *node.orelse]  # how often is for the test itself
            if isinstance(node, ast.Assert | ast.If):
                yield from self._conditions(node.test, asserted=isinstance(node, ast.Assert))
                rest = [] if isinstance(node, ast.Assert) else [*node.body, *node.orelse]
            todo = [*rest, *todo]

    def _conditions(self, test: ast.expr, *, asserted: bool) -> Iterator[Check]:
        """A condition as a whole, where it isn't a choice and has no comparison inside of a comprehension.

        What an ``if`` asks without expecting a value (what kind it is of, if there is one) is for the test itself.
        """
        if isinstance(test, ast.BoolOp):
            for operand in test.values:
                yield from self._conditions(operand, asserted=asserted)
        elif any(
            isinstance(part, _INNER | ast.BoolOp | ast.IfExp | ast.NamedExpr) for part in ast.walk(test)
        ):
            yield from self.found_in(test)
        elif (asserted or not _is_guard(test)) and not isinstance(test, ast.Constant) and not is_left(test):
            yield Check(test, truth=True, asserted=asserted)

    def asserts(self, node: ast.expr) -> bool:
        """Whether ``node`` calls a helper that raises unless its arguments are as they should be."""
        if not isinstance(node, ast.Call):
            return False
        named = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        root = node.func
        while isinstance(root, ast.Attribute | ast.Call):
            root = root.value if isinstance(root, ast.Attribute) else root.func
        ours = isinstance(root, ast.Name) and (root.id in self._known or root.id == "self")
        told = any(word in named.lower() for word in _TELLING)
        return ours and told and not any(word in named.lower() for word in _CALLING)


def is_left(node: ast.expr) -> bool:
    """Whether only the process that has the objects can compare: what is one object, or what may not be looked at."""
    if not isinstance(node, ast.Compare):
        return False
    calls = ast.Call | ast.Subscript
    if any(isinstance(inner, calls) for later in node.comparators[1:] for inner in ast.walk(later)):
        return True  # ``a < b() < c()``: c is not called where a is not less than b
    identity = any(isinstance(op, ast.Is | ast.IsNot) for op in node.ops)
    return identity and not any(isinstance(side, ast.Constant) for side in (node.left, *node.comparators))


def _is_guard(node: ast.expr) -> bool:
    """Whether a condition compares with no value: it asks if an object is true, is there, or is of a kind."""
    compared = [n for n in ast.walk(node) if isinstance(n, ast.Compare)]
    kinds = any(isinstance(n, ast.Name) and n.id == "type" for n in ast.walk(node))
    identity = any(isinstance(op, ast.Is | ast.IsNot) for n in compared for op in n.ops)
    return not compared or kinds or identity
