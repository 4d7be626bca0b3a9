"""Tables of expected values in a test: which of them the judge can keep, whole or value by value.

In ``for x, y in [(1, 2), (3, 4)]`` the values that only stand in comparisons are a column: each can be a token. Of
``expected = {1: 2}``, which comparisons look up as ``expected[x]``, the learner's process needs the keys only.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from hocvuso.grading import reading
from hocvuso.grading.dataflow import Dataflow, walked
from hocvuso.grading.parting import FINE, Parting, is_known

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hocvuso.grading.comparisons import Check
    from hocvuso.grading.edits import Span, Text

_SEALABLE = ast.Constant | ast.List | ast.Tuple | ast.Set | ast.Dict | ast.UnaryOp | ast.BinOp
_DEPTH = 3  # of tables in tables


class Tables:
    """The tables of one test, for the ``checks`` that the judge answers.

    ``parting`` knows what else of the test the judge gets; ``needed`` are the names that other cells use.
    """

    def __init__(
        self,
        text: Text,
        checks: Sequence[Check],
        flow: Dataflow,
        parting: Parting,
        needed: frozenset[str],
    ) -> None:
        self._text, self._checks = text, checks
        self._flow, self._parting = flow, parting
        self._needed = needed

    def find_lookups(self) -> dict[str, ast.Assign]:
        """Tables with a name of which comparisons look values up, and nothing else looks at the values.

        The judge has them, and the parting knows of them from here on; in the learner's process they keep their keys,
        or their length.
        """
        taken = self._needed | self._parting.defined
        found: dict[str, ast.Assign] = {}
        for node in self._text.tree.body:
            name = reading.name_defined(node)
            if not isinstance(node, ast.Assign) or not name or name in taken:
                continue
            table = node.value
            plain = isinstance(table, ast.Dict | ast.List | ast.Tuple) and is_known(
                table, self._parting.known
            )
            if (
                plain
                and self._text.is_hidden(self._text.span(node))
                and self._flow.kind_of(ast.Name(name, ast.Load())) == "fixed"
            ):
                found[name] = node
        self._parting.lookups = frozenset(found)
        seen = {id(n) for check in self._checks for n in self._looked_up(check)}
        lookups = {
            name: node
            for name, node in found.items()
            if all(
                id(use) in seen or self._flow.only_keys(use, walks=isinstance(node.value, ast.Dict))
                for use in self._flow.uses(name)
            )
            and any(id(use) in seen for use in self._flow.uses(name))
        }
        self._parting.lookups = frozenset(lookups)
        return lookups

    def find_columns(self) -> Iterator[tuple[Span, ...]]:
        """What can be tokens: values of loops, names and parameters that do nothing but stand in comparisons."""
        direct = {id(part) for check in self._checks for part in self._parting.part(check, FINE)[1]}
        found: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self._text.tree):
            for target, value in self._bindings(node):
                for name in (n.id for n in ast.walk(target) if isinstance(n, ast.Name)):
                    plain = isinstance(target, ast.Name) and hasattr(value, "lineno")
                    found.setdefault(name, []).append(value if plain else ast.Name(name, ast.Load()))
        for name, values in found.items():
            uses = list(self._flow.uses(name))
            if not uses or name in {*self._needed, *self._parting.defined, *self._parting.lookups}:
                continue
            if self._flow.kind_of(uses[0]) != "fixed":
                continue
            if all(id(use) in direct for use in uses):
                yield from self._column(values)
            else:
                yield from self._columns_of_rows(uses, values, direct)

    def _looked_up(self, check: Check) -> list[ast.expr]:
        """The tables' names that a check looks something up in, in the judge's process."""
        _, parts = self._parting.part(check, FINE)
        sent = {id(inner) for part in parts for inner in ast.walk(part)}
        subscripts = (n for n in ast.walk(check.node) if isinstance(n, ast.Subscript) and id(n) not in sent)
        return [
            n.value
            for n in subscripts
            if isinstance(n.value, ast.Name) and n.value.id in self._parting.lookups
        ]

    def _columns_of_rows(
        self, uses: list[ast.Name], rows: list[ast.expr], direct: set[int]
    ) -> Iterator[tuple[Span, ...]]:
        """The same for rows of which parts are used: ``row[1]``, ``case["y"]``."""
        parts = [self._flow.subscript_of(use) for use in uses]
        if not all(part and isinstance(part.slice, ast.Constant) for part in parts):
            return
        by_key: dict[object, list[ast.Subscript]] = {}
        for part in parts:
            if part and isinstance(part.slice, ast.Constant):
                by_key.setdefault(part.slice.value, []).append(part)
        for key, some in by_key.items():
            values = [_value_at(row, key) for row in rows]
            if all(id(part) in direct for part in some) and all(values):
                yield from self._column([value for value in values if value])

    def _column(self, values: list[ast.expr]) -> Iterator[tuple[Span, ...]]:
        if all(isinstance(v, _SEALABLE) and is_known(v, self._parting.known) for v in values):
            spans = [
                span for span in dict.fromkeys(map(self._text.span, values)) if self._text.is_hidden(span)
            ]
            if spans:
                yield tuple(spans)

    def _bindings(self, node: ast.AST, depth: int = 0) -> Iterator[tuple[ast.expr, ast.expr]]:
        """What ``node`` gives to which target, part by part."""
        if isinstance(node, ast.For | ast.comprehension):
            for table in self._tables(node.iter, depth):
                yield from walked(node.target, table)
        elif isinstance(node, ast.Assign):
            yield from ((target, node.value) for target in node.targets)
        elif isinstance(node, ast.AugAssign | ast.NamedExpr):
            yield node.target, node.target  # never a value that can be sealed
        elif isinstance(node, ast.FunctionDef):
            for place, parameter in enumerate(node.args.args):
                name = ast.Name(parameter.arg, ast.Store())
                yield from ((name, given) for given in self._flow.given_for(node, place) or [name])

    def _tables(self, node: ast.expr, depth: int) -> list[ast.expr]:
        """What a loop walks, with names that are used here only replaced by what the test gives them."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):  # zip, enumerate
            given = [self._tables(part, depth)[-1] for part in node.args]
            return [ast.Call(node.func, given, node.keywords)]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):  # items
            inner = self._tables(node.func.value, depth)[-1]
            return [ast.Call(ast.Attribute(inner, node.func.attr, ast.Load()), node.args, node.keywords)]
        if not isinstance(node, ast.Name) or node.id in self._needed or depth > _DEPTH:
            return [node]
        if len(list(self._flow.uses(node.id))) > 1:
            return [node]
        bindings = (pair for other in ast.walk(self._text.tree) for pair in self._bindings(other, depth + 1))
        given = [v for target, v in bindings if isinstance(target, ast.Name) and target.id == node.id]
        return given or [node]


def _value_at(row: ast.expr, key: object) -> ast.expr | None:
    """What a literal row holds at ``key``."""
    if isinstance(row, ast.Dict):
        pairs = zip(row.keys, row.values, strict=True)
        return next((v for k, v in pairs if isinstance(k, ast.Constant) and k.value == key), None)
    if (
        isinstance(row, ast.Tuple | ast.List)
        and isinstance(key, int)
        and -len(row.elts) <= key < len(row.elts)
    ):
        return row.elts[key]
    return None
