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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hocvuso.grading import reading
from hocvuso.grading.comparisons import Comparisons
from hocvuso.grading.dataflow import PURE, Dataflow, free_names
from hocvuso.grading.edits import Edits, Span, Text, within
from hocvuso.grading.parting import FINE, LEFT, Parting, is_known
from hocvuso.grading.tables import Tables

_KNOWN = PURE - {"enumerate", "zip"}
_UNSURE = ast.JoinedStr  # positions inside of these can't be relied on
_MANY = 24  # columns that may be sealed, at most
_BUILTINS = frozenset(vars(builtins))
_MESSAGE = "§ {} §"


@dataclass(frozen=True, slots=True)
class Question:
    """What the judge evaluates for a check: ``code``, with ``__part__`` for what it was sent; "" for no check.

    ``own`` are the parts that no learner has a hand in. ``always``: it is asked as often whatever the learner's code
    gives; ``again``: a loop may ask it more often. ``state``: no part comes from the learner's code, but all from
    earlier answers.
    """

    code: str
    own: tuple[int, ...] = ()
    always: bool = True
    again: bool = False
    state: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A test as it runs in the learner's process, and what the judge needs for it.

    ``source`` runs; tracebacks show ``shown`` in its place. ``known`` is what the judge runs first; ``questions`` are
    those of the checks by number, ``seals`` the values of the tokens, ``messages`` what hidden assertions say, by what
    stands for it. ``flips``: to these checks the judge tells the opposite, to try what hangs on them. ``open``: nothing
    of the test is hidden, so errors keep their texts.
    """

    source: str
    shown: str
    known: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    seals: tuple[str, ...] = ()
    messages: Mapping[str, str] = field(default_factory=dict)
    flips: tuple[int, ...] = ()
    open: bool = False


class Sealing:
    """One test's text, and what of it can be sealed.

    ``imports``: import statements of the author's by the name that they bind; ``helpers``: functions that the author's
    setup cells define. Both are known to the judge. ``theirs``: names that learners bind. ``needed``: names that other
    cells use. A test that can't be parsed has nothing to seal.
    """

    def __init__(
        self,
        source: str,
        imports: Mapping[str, str],
        helpers: frozenset[str] = frozenset(),
        theirs: frozenset[str] = frozenset(),
        needed: frozenset[str] = frozenset(),
    ) -> None:
        self._text = Text(source)
        self.source = self._text.source
        self._imports = dict(imports)
        self._needed = needed
        stored = {
            n.id
            for n in ast.walk(self._text.tree)
            if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)
        }
        self._helpers = helpers - theirs - stored
        self._known = frozenset(imports) | ((helpers | _KNOWN) - theirs - stored)
        comparisons = Comparisons(self._known, needed)
        self._parting = Parting(self._known, self._helpers, comparisons)
        self.checks = tuple(comparisons.found_in(self._text.tree))
        self._flow = Dataflow(self._text.tree, theirs, [check.node for check in self.checks])
        self._defined = self._judges_own()
        self._parting.defined = frozenset(self._defined)
        taken = [self._text.span(node) for node in self._defined.values()]
        self.checks = tuple(check for check in self.checks if not within(self._text.span(check.node), taken))
        tables = Tables(self._text, self.checks, self._flow, self._parting, needed)
        self._lookups = tables.find_lookups()
        self.columns = tuple(tables.find_columns())[:_MANY]

    def form(self, levels: Mapping[int, int], columns: Iterable[int] = (), *, native: bool = False) -> Form:
        """The test with check ``n`` parted by ``levels[n]`` and these columns sealed.

        ``native``: what each check is in the learner's process goes to the judge too, and decides. For comparing.
        """
        runs, shows = Edits(self.source), Edits(self.source)
        questions: list[Question] = []
        parts_in: list[ast.expr] = []
        for number, check in enumerate(self.checks):
            level = levels.get(number, FINE)
            node, parts = self._parting.part(check, level)
            if level == LEFT or not parts:
                questions.append(Question(""))
                continue
            kinds = [self._flow.kind_of(part) for part in parts]
            questions.append(
                Question(
                    ast.unparse(node),
                    tuple(place for place, kind in enumerate(kinds) if kind == "fixed"),
                    self._flow.always_as_often(check.node),
                    self._flow.is_repeated(check.node),
                    "learner" not in kinds and "state" in kinds,
                )
            )
            parts_in += parts
            sent = self._sent(check.node, parts)
            more = f", native=lambda: ({self._text.of(check.node)})" if native else ""
            call = f"__check__({number}{sent}{more}"
            runs.put(
                self._text.span(check.node),
                call + "\n" * (self._text.lines(self._text.span(check.node)) - call.count("\n")) + ")",
            )
            for span in self._secrets(check.node, parts):
                shows.put(span, self._text.masked(span))
        for name, statement in self._defined.items():
            if not native and not self._is_asked_for(name, parts_in, questions):
                for edits in (runs, shows):
                    self._take_out(statement, edits)
        if not native:
            self._empty_lookups(levels, runs, shows)
        seals = self._seal(columns, runs, shows)
        messages = self._send_messages(runs, shows)
        own = (*self._defined.values(), *self._lookups.values())
        known = (*self._imports.values(), *map(ast.unparse, own))
        return Form(
            runs.text(),
            shows.text(),
            known,
            tuple(questions),
            tuple(seals),
            messages,
            open=not self._text.hidden,
        )

    def _empty_lookups(self, levels: Mapping[int, int], runs: Edits, shows: Edits) -> None:
        """Take the values out of tables in which the judge looks them up; of those that all comparisons leave to it."""
        coarse = [check.node for number, check in enumerate(self.checks) if levels.get(number, FINE) != FINE]
        kept = {n.id for node in coarse for n in ast.walk(node) if isinstance(n, ast.Name)}
        for name, node in self._lookups.items():
            table = node.value
            values = table.values if isinstance(table, ast.Dict) else getattr(table, "elts", [])
            for span in map(self._text.span, values if name not in kept else ()):
                for edits in (runs, shows):
                    edits.put(span, self._text.masked(span))

    def _sent(self, node: ast.expr, parts: list[ast.expr]) -> str:
        """The arguments by which the learner's process sends these parts."""
        compares = [n for n in ast.walk(node) if isinstance(n, ast.Compare)]
        sides = [(op, side) for n in compares for op, side in zip(n.ops, n.comparators, strict=True)]
        listed = {id(side) for op, side in sides if isinstance(op, ast.In | ast.NotIn)}
        texts = (("__listed__" if id(part) in listed else "") + f"({self._text.of(part)})" for part in parts)
        return "".join(f", {text}" for text in texts)

    def _seal(self, columns: Iterable[int], runs: Edits, shows: Edits) -> list[str]:
        """Put tokens in the places of these columns' values; the values."""
        seals: list[str] = []
        for span in (span for column in columns for span in self.columns[column]):
            if not runs.has(span):
                runs.put(span, f"__sealed__({len(seals)}" + "\n" * self._text.lines(span) + ")")
                shows.put(span, self._text.masked(span))
                seals.append(self.source[slice(*span)])
        return seals

    def _send_messages(self, runs: Edits, shows: Edits) -> dict[str, str]:
        """Put a number in the place of each thing that a hidden assertion says, where that is plain text."""
        messages: dict[str, str] = {}
        for node in ast.walk(self._text.tree):
            said = node.msg if isinstance(node, ast.Assert) else None
            if (
                isinstance(said, ast.Constant)
                and isinstance(said.value, str)
                and self._text.is_hidden(self._text.span(said))
            ):
                span, place = self._text.span(said), _MESSAGE.format(len(messages))
                messages[place] = said.value
                runs.put(span, f"({place!r}{chr(10) * self._text.lines(span)})")
                shows.put(span, self._text.masked(span))
        return messages

    def is_hidden(self, number: int) -> bool:
        """Whether learners have not seen check ``number``."""
        return self._text.is_hidden(self._text.span(self.checks[number].node))

    def is_secret(self, number: int) -> bool:
        """Whether learners can't know what check ``number`` compares with: part of it is hidden, and a value."""
        check = self.checks[number]
        if not self._text.is_hidden(self._text.span(check.node)):
            return False
        _, parts = self._parting.part(check, FINE)
        own = {n.id for n in ast.walk(check.node) if isinstance(n, ast.Name)} & {
            *self._defined,
            *self._lookups,
        }
        return bool(own) or any(True for _ in self._secrets(check.node, parts))

    def _judges_own(self) -> dict[str, ast.stmt]:
        """What the test defines with the help of nothing but what the judge knows, and uses in comparisons only."""
        inside = {id(part) for check in self.checks for part in ast.walk(check.node)}
        found: dict[str, ast.stmt] = {}
        nodes = list(ast.walk(self._text.tree))
        stored = [n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
        stored += [n.name for n in nodes if isinstance(n, ast.FunctionDef)]
        for node in self._text.tree.body:
            name, known = reading.name_defined(node), self._known | set(found)
            if (
                stored.count(name) != 1
                or name in self._needed
                or not self._text.is_hidden(self._text.span(node))
            ):
                continue
            if isinstance(node, ast.Assign) and not is_known(node.value, known):
                continue
            if isinstance(node, ast.FunctionDef) and not free_names(node) <= known | _BUILTINS | {name}:
                continue
            own = {id(n) for n in ast.walk(node)}
            uses = [n for n in self._flow.uses(name) if id(n) not in own]
            if all(id(n) in inside for n in uses):
                found[name] = node
        return found

    def _secrets(self, node: ast.expr, parts: list[ast.expr]) -> Iterator[Span]:
        """The hidden constants of a check that stay with the judge."""
        sent = {id(inner) for part in parts for inner in ast.walk(part)}
        todo: list[ast.AST] = [node]
        while todo:
            inner = todo.pop()
            if id(inner) in sent or isinstance(inner, _UNSURE):
                continue
            if isinstance(inner, ast.Constant):
                span = self._text.span(inner)
                if self._text.is_hidden(span):
                    yield span
            else:
                todo += ast.iter_child_nodes(inner)

    def _is_asked_for(self, name: str, parts: list[ast.expr], questions: list[Question]) -> bool:
        """Whether the learner's process still needs the name: a check that uses it was left, or sends it."""
        left = [c.node for c, question in zip(self.checks, questions, strict=True) if not question.code]
        return any(
            isinstance(n, ast.Name) and n.id == name for node in (*parts, *left) for n in ast.walk(node)
        )

    def _take_out(self, statement: ast.stmt, edits: Edits) -> None:
        if isinstance(statement, ast.Assign):
            value = self._text.span(statement.value)
            edits.put(value, self._text.masked(value))
        else:
            span = self._text.span(statement)
            edits.put(span, "pass" + "\n" * self._text.lines(span))
