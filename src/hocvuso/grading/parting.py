"""Parts a comparison: what of it the judge evaluates, and what the learner's process sends.

``f(2) + 1 == g(4)`` becomes ``__part__[0] + 1 == __part__[1]``. The author's own values and functions stay with the
judge; what would add nothing of the author's is sent as it is. Nothing that can be costly is left to the judge.
"""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from hocvuso.grading.comparisons import Check, Comparisons, is_left
from hocvuso.grading.dataflow import free_names

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

FINE, COARSE, LEFT = 0, 1, 2
"""How a comparison is parted: as finely as can be, by its sides only, or left as it is."""

_PARTED = ast.BinOp | ast.UnaryOp | ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Compare | ast.Call
_QUICK = ast.Add | ast.Sub | ast.Div | ast.FloorDiv | ast.BitAnd | ast.BitOr | ast.BitXor
_SMALL = frozenset({"abs", "round", "isinstance", "max", "min", "bool"})  # give no more than they get
_METHODS = frozenset(
    {"all", "any", "equals", "issubset", "issuperset", "isdisjoint", "startswith", "endswith"}
)


class Parting:
    """Parts the comparisons of one test.

    ``known``: names that the judge has; ``helpers``: those of them that are functions of the author's. ``defined``:
    what the judge gets of the test's own definitions; ``lookups``: tables that it looks values up in. These two are
    found one after the other, with what is known before.
    """

    def __init__(self, known: frozenset[str], helpers: frozenset[str], comparisons: Comparisons) -> None:
        self.known = known
        self._helpers = helpers
        self._comparisons = comparisons
        self.defined: frozenset[str] = frozenset()
        self.lookups: frozenset[str] = frozenset()

    def part(self, check: Check, level: int) -> tuple[ast.expr, list[ast.expr]]:
        """What the judge evaluates of ``check``, and the parts that the learner's process sends."""
        parts: list[ast.expr] = []
        made = self._part(check.node, 0, level, parts)
        return (ast.UnaryOp(ast.Not(), ast.UnaryOp(ast.Not(), made)) if check.truth else made), parts

    def _part(self, node: ast.expr, depth: int, level: int, parts: list[ast.expr]) -> ast.expr:
        """``node`` with ``__part__[n]`` for what goes into ``parts``."""
        since = len(parts)
        known = self.known | self.defined
        if is_known(node, known):
            return node
        made = copy.copy(node)
        if isinstance(node, ast.Subscript) and level == FINE and self._is_lookup(node):
            parts.append(node.slice)
            index = ast.Subscript(ast.Name("__part__", ast.Load()), ast.Constant(since), ast.Load())
            return ast.Subscript(node.value, index, ast.Load())
        if self._splits(node, known) and (level == FINE or depth == 0):
            for name, value in ast.iter_fields(node):
                if name == "func" and isinstance(value, ast.Attribute):
                    if not is_known(value, known) and not self._comparisons.asserts(node):
                        inner = self._part(value.value, depth + 1, level, parts)
                        made.func = ast.Attribute(inner, value.attr, ast.Load())  # type: ignore[attr-defined]
                elif name != "func":
                    setattr(made, name, self._each(value, depth + 1, level, parts))
        if len(parts) > since and (depth == 0 or self._adds(node, parts[since:])):
            return made
        del parts[since:]  # the judge would add nothing of its own
        parts.append(node)
        return ast.Subscript(ast.Name("__part__", ast.Load()), ast.Constant(since), ast.Load())

    def _is_lookup(self, node: ast.Subscript) -> bool:
        plain = isinstance(node.slice, ast.Name | ast.Constant)
        return plain and isinstance(node.value, ast.Name) and node.value.id in self.lookups

    def _each(self, value: object, depth: int, level: int, parts: list[ast.expr]) -> object:
        """The same for a field of a node: an expression, several, or something else."""
        if isinstance(value, ast.expr):
            return self._part(value, depth, level, parts)
        if isinstance(value, ast.keyword):
            return ast.keyword(value.arg, self._part(value.value, depth, level, parts))
        return [self._each(item, depth, level, parts) for item in value] if isinstance(value, list) else value

    def _splits(self, node: ast.expr, known: frozenset[str]) -> bool:
        """Whether the judge can put ``node`` together from its parts."""
        if any(isinstance(child, ast.Starred) for child in ast.iter_child_nodes(node)):
            return False
        if isinstance(node, ast.Compare):
            return not is_left(node)
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, _QUICK) or (isinstance(node.op, ast.Mod) and _is_number(node.right))
        if isinstance(node, ast.Call):
            method = isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS
            named = node.func.id if isinstance(node.func, ast.Name) else ""
            ours = named in _SMALL or named in self._helpers | self.defined
            return method or (ours and is_known(node.func, known)) or self._comparisons.asserts(node)
        return isinstance(node, _PARTED)

    def _adds(self, node: ast.expr, parts: list[ast.expr]) -> bool:
        """Whether there is something of the author's in ``node`` beside its ``parts``: a value, or a function."""
        sent = {id(inner) for part in parts for inner in ast.walk(part)}
        ours = self._helpers | self.defined | self.lookups
        return any(
            isinstance(inner, ast.Constant) or (isinstance(inner, ast.Name) and inner.id in ours)
            for inner in ast.walk(node)
            if id(inner) not in sent
        )


def is_known(node: ast.expr, known: AbstractSet[str]) -> bool:
    """Whether the judge, who has ``known``, can evaluate ``node`` by itself."""
    if any(isinstance(n, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr) for n in ast.walk(node)):
        return False
    return free_names(node) <= known


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)
