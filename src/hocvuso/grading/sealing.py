"""Tests that run beside learner code, with what they expect taken out of their text.

A test that must run in the learner's process is rewritten: each comparison asks the judge, who alone holds the expected
values. ``assert f(2) == 4`` becomes ``assert __check__(0, f(2))``, and the judge evaluates ``value == 4``. Where
a table of expected values is walked (``for x, y in [(1, 2), (3, 4)]``) its values become sealed tokens, which mean
something to the judge only. What a test defines for its comparisons alone (``expected = …``, a reference function)
goes to the judge with them.

What the author's solution passes in this form decides what is kept of it: `hocvuso.grading.calibrate`.
"""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from hocvuso.grading import reading

FINE, COARSE, LEFT = 0, 1, 2
"""How a comparison is parted: as finely as can be, by its sides only, or left as it is."""

_PURE = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "bytes",
        "dict",
        "float",
        "frozenset",
        "int",
        "isinstance",
        "len",
        "list",
        "max",
        "min",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "zip",
    ]
)
_PARTED = ast.BinOp | ast.UnaryOp | ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Compare | ast.Call
_HIDDEN_FROM_US = ast.JoinedStr  # positions inside of these can't be relied on
_TELLING = ("assert", "equal", "close", "approx", "almost")
_MANY = 24  # tables' columns that may be sealed, at most
_TABLES = ast.List | ast.Tuple | ast.Set | ast.Dict
Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Form:
    """A test as it runs in the learner's process, and what the judge needs for it.

    ``source`` runs; tracebacks show ``shown`` in its place. ``known`` is what the judge runs first; ``checks`` are the
    expressions that it evaluates, ``__part__`` being what it was sent, ``seals`` the values of the tokens. ``flips``
    makes the judge tell the opposite: of the first answer to each of these checks, or always (``ALL``). ``open``:
    nothing of the test is hidden, so errors keep their texts.
    """

    source: str
    shown: str
    known: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    flips: tuple[int, ...] = ()
    open: bool = False


ALL = -1


@dataclass(frozen=True, slots=True)
class Check:
    """A comparison of a test: where it stands, and whether it is a statement's condition or a call that asserts."""

    node: ast.expr
    span: Span
    truth: bool


class Sealing:
    """One test's text, and what of it can be sealed.

    ``imports``: import statements of the author's by the name that they bind; ``helpers``: functions that the author's
    setup cells define. Both are known to the judge. A test that can't be parsed has nothing to seal.
    """

    def __init__(self, source: str, imports: Mapping[str, str], helpers: frozenset[str]) -> None:
        self.source = source
        self._tree = reading.tree_of(source)
        self._offset = reading.offsets(source)
        self._hidden = reading.hidden_parts(source)
        self._imports = dict(imports)
        self._known = frozenset(imports) | helpers
        self.checks: tuple[Check, ...] = ()
        self.columns: tuple[tuple[Span, ...], ...] = ()
        self._defined: dict[str, ast.stmt] = {}
        if self._tree is not None:
            self.checks = tuple(self._find_checks(self._tree))
            self._defined = self._judges_own(self._tree)
            taken = [self._span(node) for node in self._defined.values()]
            self.checks = tuple(check for check in self.checks if not _within(check.span, taken))
            self.columns = tuple(self._find_columns(self._tree))[:_MANY]

    def form(self, levels: Mapping[int, int], columns: tuple[int, ...] = (), *, native: bool = False) -> Form:
        """The test with check ``n`` parted by ``levels[n]`` and these columns sealed.

        ``native``: what each check is in the learner's process goes to the judge too, and decides. For comparing.
        """
        runs, shows = _Edits(self.source), _Edits(self.source)
        texts, parts_in = [], []
        for number, check in enumerate(self.checks):
            level = levels.get(number, FINE)
            node, parts = self._parted(check, level)
            texts.append(ast.unparse(node) if parts and level != LEFT else "")
            if not texts[-1]:
                continue
            parts_in += parts
            sent = "".join(f", ({self._text(part)})" for part in parts)
            more = f", native=lambda: ({self._text(check.node)})" if native else ""
            call = f"__check__({number}{sent}{more})"
            runs.put(check.span, call + "\n" * (self._lines(check.span) - call.count("\n")))
            for span in self._secrets(check.node, parts):
                shows.put(span, _masked(self.source, span))
        for name, statement in self._defined.items():
            if not native and not self._is_asked_for(name, parts_in, texts):
                for edits in (runs, shows):
                    self._take_out(statement, edits)
        seals: list[str] = []
        for column in columns:
            for span in self.columns[column]:
                if not runs.has(span):
                    runs.put(span, f"__sealed__({len(seals)})" + "\n" * self._lines(span))
                    shows.put(span, _masked(self.source, span))
                    seals.append(self.source[slice(*span)])
        known = (*self._imports.values(), *(ast.unparse(node) for node in self._defined.values()))
        return Form(runs.text(), shows.text(), known, tuple(texts), tuple(seals), open=not self._hidden)

    def is_secret(self, number: int) -> bool:
        """Whether learners can't know what check ``number`` compares with: part of it is hidden and a value."""
        check = self.checks[number]
        if not self._is_hidden(check.span):
            return False
        inside = list(ast.walk(check.node))
        own = {part.id for part in inside if isinstance(part, ast.Name)} & set(self._defined)
        _, parts = self._parted(check, FINE)
        return bool(own) or any(True for _ in self._secrets(check.node, parts))

    def _find_checks(self, tree: ast.Module) -> Iterator[Check]:
        todo: list[ast.AST] = [tree]
        while todo:
            node = todo.pop(0)
            if isinstance(node, _HIDDEN_FROM_US):
                continue
            if isinstance(node, ast.Compare):
                yield Check(node, self._span(node), truth=False)
                continue
            if isinstance(node, ast.Expr) and self._asserts(node.value):
                yield Check(node.value, self._span(node.value), truth=False)
                continue
            if isinstance(node, ast.Assert | ast.If):
                yield from self._conditions(node.test)
                rest = [child for child in ast.iter_child_nodes(node) if child is not node.test]
                if isinstance(node, ast.Assert):
                    continue
                todo = [*rest, *todo]
                continue
            todo = [*ast.iter_child_nodes(node), *todo]

    def _conditions(self, test: ast.expr) -> Iterator[Check]:
        if isinstance(test, ast.BoolOp):
            for operand in test.values:
                yield from self._conditions(operand)
        elif any(isinstance(part, ast.Compare) for part in ast.walk(test)):
            yield from self._find_checks(ast.Module([ast.Expr(test)], []))
        elif not isinstance(test, ast.Constant):
            yield Check(test, self._span(test), truth=True)

    def _asserts(self, node: ast.expr) -> bool:
        """Whether ``node`` calls a helper that raises unless its arguments are as they should be."""
        if not isinstance(node, ast.Call):
            return False
        named = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        root = node.func
        while isinstance(root, ast.Attribute | ast.Call):
            root = root.value if isinstance(root, ast.Attribute) else root.func
        ours = isinstance(root, ast.Name) and (root.id in self._known or root.id == "self")
        return ours and any(word in named.lower() for word in _TELLING)

    def _judges_own(self, tree: ast.Module) -> dict[str, ast.stmt]:
        """What the test defines with the help of nothing but what the judge knows, and uses in comparisons only."""
        inside = {id(part) for check in self.checks for part in ast.walk(check.node)}
        found: dict[str, ast.stmt] = {}
        stored = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
        stored += [n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        for node in tree.body:
            name, known = _defines(node), self._known | set(found)
            if stored.count(name) != 1:
                continue
            if isinstance(node, ast.Assign) and not self._is_known(node.value, known):
                continue
            if isinstance(node, ast.FunctionDef) and not _free_names(node) <= known | _BUILTINS | {name}:
                continue
            uses = [
                n
                for n in ast.walk(tree)
                if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)
            ]
            own = {id(n) for n in ast.walk(node)}
            if uses and all(id(n) in inside or id(n) in own for n in uses):
                found[name] = node
        return found

    def _find_columns(self, tree: ast.Module) -> Iterator[tuple[Span, ...]]:
        """The constants of tables, one group for each column; and those that have a name."""
        taken = {id(part) for check in self.checks for part in ast.walk(check.node)}
        taken |= {id(part) for node in self._defined.values() for part in ast.walk(node)}
        todo: list[ast.AST] = [tree]
        while todo:
            node = todo.pop(0)
            if isinstance(node, _HIDDEN_FROM_US) or id(node) in taken:
                continue
            if isinstance(node, _TABLES) and self._is_hidden(self._span(node)):
                groups: dict[tuple[object, ...], list[Span]] = {}
                _columns(node, (), groups, self._span)
                yield from map(tuple, groups.values())
            elif (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Constant)
                and self._is_hidden(self._span(node.value))
            ):
                yield (self._span(node.value),)
            else:
                todo = [*ast.iter_child_nodes(node), *todo]

    def _parted(self, check: Check, level: int) -> tuple[ast.expr, list[ast.expr]]:
        """What the judge evaluates, and the parts of it that the learner's process sends."""
        parts: list[ast.expr] = []
        known = self._known | set(self._defined)

        def part(node: ast.expr) -> ast.expr:
            parts.append(node)
            return ast.Subscript(ast.Name("__part__", ast.Load()), ast.Constant(len(parts) - 1), ast.Load())

        def walk(node: ast.expr, depth: int) -> ast.expr:
            if self._is_known(node, known):
                return node
            splits = isinstance(node, _PARTED) if level == FINE else depth == 0
            if isinstance(node, ast.Call):
                splits = splits and (self._is_known(node.func, known) or self._asserts(node))
            if not splits or any(isinstance(child, ast.Starred) for child in ast.iter_child_nodes(node)):
                return part(node)
            made = copy.copy(node)
            for name, value in ast.iter_fields(node):
                if isinstance(made, ast.Call) and name == "func":
                    continue
                if isinstance(value, ast.expr):
                    setattr(made, name, walk(value, depth + 1))
                elif isinstance(value, list):
                    setattr(made, name, [_each(item, walk, depth + 1) for item in value])
            return made

        made = walk(check.node, 0)
        return (ast.UnaryOp(ast.Not(), ast.UnaryOp(ast.Not(), made)) if check.truth else made), parts

    def _is_known(self, node: ast.expr, known: frozenset[str] | set[str]) -> bool:
        """Whether the judge can evaluate ``node`` by itself."""
        if any(
            isinstance(part, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr) for part in ast.walk(node)
        ):
            return False
        return _free_names(node) <= known | _PURE

    def _secrets(self, node: ast.expr, parts: list[ast.expr]) -> Iterator[Span]:
        """The hidden constants of a check that stay with the judge."""
        sent = {id(inner) for part in parts for inner in ast.walk(part)}
        todo: list[ast.AST] = [node]
        while todo:
            inner = todo.pop()
            if id(inner) in sent or isinstance(inner, _HIDDEN_FROM_US):
                continue
            if isinstance(inner, ast.Constant):
                span = self._span(inner)
                if self._is_hidden(span):
                    yield span
            else:
                todo += ast.iter_child_nodes(inner)

    def _is_asked_for(self, name: str, parts: list[ast.expr], texts: list[str]) -> bool:
        """Whether the learner's process still needs the name: a check that uses it was left, or sends it."""
        named = any(isinstance(n, ast.Name) and n.id == name for part in parts for n in ast.walk(part))
        left = (check for check, text in zip(self.checks, texts, strict=True) if not text)
        return named or any(
            isinstance(n, ast.Name) and n.id == name for check in left for n in ast.walk(check.node)
        )

    def _take_out(self, statement: ast.stmt, edits: _Edits) -> None:
        span = self._span(statement)
        if isinstance(statement, ast.Assign):
            value = self._span(statement.value)
            if self._is_hidden(value):
                edits.put(value, _masked(self.source, value))
        elif self._is_hidden(span):
            edits.put(span, "pass" + "\n" * self._lines(span))

    def _is_hidden(self, span: Span) -> bool:
        return _within(span, self._hidden)

    def _lines(self, span: Span) -> int:
        return self.source.count("\n", *span)

    def _text(self, node: ast.expr) -> str:
        return self.source[slice(*self._span(node))]

    def _span(self, node: ast.expr | ast.stmt) -> Span:
        return reading.span_of(node, self._offset)


class _Edits:
    """Other texts for places of a source; a place inside of one that is there already changes nothing."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._edits: dict[Span, str] = {}

    def put(self, span: Span, text: str) -> None:
        if not self.has(span):
            self._edits[span] = text

    def has(self, span: Span) -> bool:
        return _within(span, self._edits)

    def text(self) -> str:
        text = self._source
        for (start, end), new in sorted(self._edits.items(), reverse=True):
            text = text[:start] + new + text[end:]
        return text


_BUILTINS = frozenset(vars(builtins))


def _within(span: Span, others: Iterable[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _masked(source: str, span: Span) -> str:
    lines = source.count("\n", *span)
    return "(...{})".format("\n" * lines) if lines else "..."


def _defines(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef):
        return "" if node.decorator_list else node.name
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return ""


def _each(item: object, walk: Callable[[ast.expr, int], ast.expr], depth: int) -> object:
    if isinstance(item, ast.keyword):
        return ast.keyword(item.arg, walk(item.value, depth))
    return walk(item, depth) if isinstance(item, ast.expr) else item


def _free_names(node: ast.AST) -> set[str]:
    """The names that ``node`` reads and does not bind itself."""
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    bound = {n.id for n in names if not isinstance(n.ctx, ast.Load)}
    bound |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    return {n.id for n in names if isinstance(n.ctx, ast.Load)} - bound


def _columns(
    node: ast.expr,
    path: tuple[object, ...],
    groups: dict[tuple[object, ...], list[Span]],
    span: Callable[[ast.expr], Span],
) -> None:
    """Sort the constants of a table by their place in its rows."""
    if isinstance(node, ast.Constant) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)
    ):
        groups.setdefault(path, []).append(span(node))
    elif isinstance(node, ast.Dict):
        for side, items in (("key", node.keys), ("value", node.values)):
            for item in items:
                if item is not None:
                    _columns(item, (*path, side), groups, span)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        for number, item in enumerate(node.elts):
            _columns(item, (*path, number if path else "*"), groups, span)
