"""Where the values of a test's names come from: from the learner's code, or from the test's own text.

Read off the text, without running it, and on the safe side: what isn't plainly the test's own may be the learner's.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["learner", "state", "fixed"]
"""``fixed``: bound once, from constants; ``state``: of constants, too, but which ones the test's course decides."""

PURE = frozenset({
    "abs", "all", "any", "bool", "bytes", "dict", "enumerate", "float", "frozenset", "int", "isinstance", "len", "list",
    "max", "min", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum", "tuple", "zip",
})  # fmt: skip
"""Builtins that change nothing and give the same for the same."""
_METHODS = frozenset({
    "append", "add", "clear", "extend", "copy", "count", "get", "index", "insert", "items", "join", "keys", "lower",
    "pop", "remove", "reverse", "setdefault", "sort", "split", "strip", "update", "upper", "values",
})  # fmt: skip
_REPEATED = (
    ast.For
    | ast.While
    | ast.FunctionDef
    | ast.Lambda
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def free_names(node: ast.AST) -> set[str]:
    """The names that ``node`` reads and does not bind itself."""
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    bound = {n.id for n in names if not isinstance(n.ctx, ast.Load)}
    bound |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    return {n.id for n in names if isinstance(n.ctx, ast.Load)} - bound


class Dataflow:
    """The names of one test; ``theirs`` are those that learners bind, ``answers`` what the judge gives the value of."""

    def __init__(
        self, tree: ast.Module, theirs: frozenset[str] = frozenset(), answers: Iterable[ast.expr] = ()
    ) -> None:
        self._pure = PURE - theirs
        self._answers = {id(node) for node in answers}
        self._parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self._sources: dict[str, list[ast.expr | None]] = {}  # None: anybody's
        self._touched: set[str] = set()
        self._assigned: Counter[str] = Counter()
        self._given: set[str] = set()
        self._calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for node in ast.walk(tree):
            self._note(node)
        for name in self._given:
            if any(source is not None and _may_change(source) for source in self._sources.get(name, ())):
                self._sources[name].append(None)
        own = set(self._sources)
        while own != (own := {name for name in own if self._is_own(name, own)}):
            pass
        self._own = own
        state = {name for name in own if self._is_state(name)}
        while state != (state := state | {n for n in own if self._comes_from(n, state)}):
            pass
        self._state = state

    def kind_of(self, node: ast.expr) -> Kind:
        """Where the value of ``node`` comes from."""
        if not self._is_plain(node, self._own):
            return "learner"
        names = free_names(node) & self._own
        return "state" if self._holds_answer(node) or names & self._state else "fixed"

    def always_as_often(self, node: ast.AST) -> bool:
        """Whether ``node`` comes up as often for every learner whose answers are the same."""
        inner: ast.AST | None = node
        while inner is not None:
            outer = self._parents.get(inner)
            if isinstance(outer, ast.While):
                return False
            if (
                isinstance(outer, ast.For)
                and inner is not outer.iter
                and self.kind_of(outer.iter) == "learner"
            ):
                return False
            if isinstance(outer, _COMPREHENSIONS):
                iters = [part.iter for part in outer.generators]
                if any(self.kind_of(part) == "learner" for part in iters if part is not inner):
                    return False
            inner = outer
        return True

    def is_repeated(self, node: ast.AST) -> bool:
        """Whether ``node`` may come up more than once."""
        outer = self._parents.get(node)
        while outer is not None and not isinstance(outer, _REPEATED):
            outer = self._parents.get(outer)
        return outer is not None

    def only_keys(self, use: ast.Name, *, walks: bool) -> bool:
        """Whether this use of a table needs its keys or its length only; ``walks``: a loop over it gives keys."""
        outer = self._parents.get(use)
        if isinstance(outer, ast.For | ast.comprehension):
            return walks and outer.iter is use
        if isinstance(outer, ast.Compare):
            return (
                walks
                and use in outer.comparators
                and all(isinstance(op, ast.In | ast.NotIn) for op in outer.ops)
            )
        return isinstance(outer, ast.Call) and isinstance(outer.func, ast.Name) and outer.func.id == "len"

    def subscript_of(self, use: ast.Name) -> ast.Subscript | None:
        """``use[…]``, where that is how a name is used."""
        outer = self._parents.get(use)
        return outer if isinstance(outer, ast.Subscript) and outer.value is use else None

    def uses(self, name: str) -> Iterator[ast.Name]:
        """Where ``name`` is read; not in the message of an assertion, which nobody sees unless it failed."""
        for node in self._parents:
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                inner, outer = node, self._parents.get(node)
                while outer is not None and not (isinstance(outer, ast.Assert) and inner is outer.msg):
                    inner, outer = outer, self._parents.get(outer)  # type: ignore[assignment]
                if outer is None:
                    yield node

    def _is_state(self, name: str) -> bool:
        told = any(source is not None and self._holds_answer(source) for source in self._sources[name])
        return told or name in self._touched or self._assigned[name] > 1

    def _comes_from(self, name: str, others: set[str]) -> bool:
        return any(source is not None and free_names(source) & others for source in self._sources[name])

    def _is_own(self, name: str, own: set[str]) -> bool:
        return all(source is not None and self._is_plain(source, own) for source in self._sources[name])

    def _is_plain(self, node: ast.expr, own: set[str]) -> bool:
        """Whether ``node`` is made of constants, answers and names of ``own``, by what changes nothing."""
        if id(node) in self._answers:
            return True
        if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr | ast.Lambda):
            return False
        if isinstance(node, ast.Name):
            return not isinstance(node.ctx, ast.Load) or node.id in own
        inner = (
            [child for child in ast.walk(node) if child is not node]
            if isinstance(node, _COMPREHENSIONS)
            else []
        )
        own = own | {n.id for n in inner if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        if isinstance(node, ast.Call):
            function = node.func
            pure = isinstance(function, ast.Name) and function.id in self._pure and function.id not in own
            method = isinstance(function, ast.Attribute) and function.attr in _METHODS
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
            if method:
                parts.append(function.value)  # type: ignore[attr-defined]
            return (pure or method) and all(self._is_plain(part, own) for part in parts)
        children = [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr | ast.comprehension)]
        return all(
            self._is_plain(part, own)
            for child in children
            for part in ([child.iter, *child.ifs] if isinstance(child, ast.comprehension) else [child])
        )

    def _holds_answer(self, node: ast.expr) -> bool:
        return any(id(part) in self._answers for part in ast.walk(node))

    def _note(self, node: ast.AST) -> None:  # noqa: C901  (one case for each kind of statement)
        """What ``node`` binds, and what it may change."""
        match node:
            case ast.Assign():
                for target in node.targets:
                    self._bind(target, node.value)
                    self._assigned.update(n.id for n in ast.walk(target) if isinstance(n, ast.Name))
            case ast.AugAssign() | ast.AnnAssign() | ast.NamedExpr():
                self._bind(node.target, node.value)
                self._touched |= {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
            case ast.For() | ast.comprehension():
                for target, value in walked(node.target, node.iter):
                    self._bind(target, value)
            case ast.AsyncFor():
                self._bind(node.target, None)
            case ast.withitem():
                self._bind(node.optional_vars, None)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._sources.setdefault(node.name, []).append(None)
                if not isinstance(node, ast.ClassDef):
                    self._note_parameters(node)
            case ast.ExceptHandler():
                self._sources.setdefault(node.name or "", []).append(None)
            case ast.Call():
                self._note_touched(node)
                self._note_given(node)

    def _note_parameters(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Parameters come from the calls in this test, where that is all that calls the function."""
        for place, parameter in enumerate(node.args.args):
            given = self.given_for(node, place)
            self._sources.setdefault(parameter.arg, []).extend(given or [None])
        for other in (*node.args.posonlyargs, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg):
            if other:
                self._sources.setdefault(other.arg, []).append(None)

    def given_for(self, node: ast.FunctionDef | ast.AsyncFunctionDef, place: int) -> list[ast.expr]:
        """What the calls of a test's own function give for its parameter ``place``; nothing when that isn't plain."""
        given: list[ast.expr] = []
        for call in self._calls:
            method = isinstance(call.func, ast.Attribute) and call.func.attr == node.name
            if not method and not (isinstance(call.func, ast.Name) and call.func.id == node.name):
                continue
            number = place - 1 if method else place
            if (
                call.keywords
                or not 0 <= number < len(call.args)
                or any(isinstance(a, ast.Starred) for a in call.args)
            ):
                return []
            given.append(call.args[number])
        return given

    def _note_touched(self, node: ast.Call) -> None:
        """A method may change what it is called on, and what it is given may then be in there; so may any function."""
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            name = node.func.value.id
            if node.func.attr not in _METHODS:
                self._sources.setdefault(name, []).append(None)
            elif isinstance(self._parents.get(node), ast.Expr):
                self._touched.add(name)
                self._sources.setdefault(name, []).extend(node.args)

    def _note_given(self, node: ast.Call) -> None:
        """What is given to a function that we don't know may be changed there, if it is of a kind that can be."""
        if isinstance(node.func, ast.Name) and node.func.id in self._pure:
            return
        for part in (*node.args, *(keyword.value for keyword in node.keywords)):
            rows = {
                id(n.value) for n in ast.walk(part) if isinstance(n, ast.Subscript)
            }  # of which a part is given
            self._given |= {n.id for n in ast.walk(part) if isinstance(n, ast.Name) and id(n) not in rows}

    def _bind(self, target: ast.expr | None, value: ast.expr | None) -> None:
        for part in ast.walk(target) if target else ():
            if isinstance(part, ast.Name):
                self._sources.setdefault(part.id, []).append(value)
                if not isinstance(part.ctx, ast.Store):  # the root of ``a[1] = …``
                    self._touched.add(part.id)


def walked(target: ast.expr, table: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """What a loop over ``table`` gives its target, part by part, as far as the text says so."""
    if isinstance(table, ast.List | ast.Tuple | ast.Set) and not any(
        isinstance(e, ast.Starred) for e in table.elts
    ):
        return [pair for row in table.elts for pair in unpacked(target, row)]
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else []
    if isinstance(table, ast.Call) and not table.keywords:
        named = table.func.id if isinstance(table.func, ast.Name) else ""
        if named == "zip" and len(parts) == len(table.args):
            return [pair for part, one in zip(parts, table.args, strict=True) for pair in walked(part, one)]
        if named == "enumerate" and len(parts) == 2 and len(table.args) == 1:  # noqa: PLR2004
            return [(parts[0], ast.Constant(0)), *walked(parts[1], table.args[0])]
        items = isinstance(table.func, ast.Attribute) and table.func.attr == "items" and table.func.value
        if isinstance(items, ast.Dict) and len(parts) == 2 and None not in items.keys:  # noqa: PLR2004
            return [
                *(pair for key in items.keys if key for pair in unpacked(parts[0], key)),
                *(pair for value in items.values for pair in unpacked(parts[1], value)),
            ]
    return [(target, table)]


def unpacked(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """What the parts of a target get of ``value``."""
    kinds = ast.Tuple | ast.List
    if not isinstance(target, kinds) or not isinstance(value, kinds) or len(target.elts) != len(value.elts):
        return [(target, value)]
    if any(isinstance(part, ast.Starred) for part in (*target.elts, *value.elts)):
        return [(target, value)]
    return [pair for part, one in zip(target.elts, value.elts, strict=True) for pair in unpacked(part, one)]


def _may_change(source: ast.expr) -> bool:
    """Whether ``source`` can be changed in place, or something in it."""
    return any(isinstance(node, _TABLES) for node in ast.walk(source)) or (
        isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id in _MAKERS
    )


_TABLES = ast.List | ast.Set | ast.Dict | ast.ListComp | ast.SetComp | ast.DictComp
_MAKERS = frozenset({"list", "dict", "set", "sorted"})
