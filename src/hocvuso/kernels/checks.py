"""The comparisons of a test that runs in the learner's process: asked there, answered by the judge.

Such a test is rewritten (`hocvuso.grading.sealing`): where it compared, it calls ``__check__(number, part, …)``.
Its parts go to the judge as plain data (`hocvuso.kernels.plain`); `Checks` puts them in their places, evaluates the
comparison and answers. So neither expected values nor what is done with them are ever in the learner's process.

Learner code there can call ``__check__`` itself, with any parts: each call counts, and there are no more of them than
the test's text allows. What a run of the author's own
code gives when it is told a learner's answers, is the most that this learner can have earned.
"""

from __future__ import annotations

import builtins
import contextlib
import unittest
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from hocvuso.kernels.plain import NO_VALUE, decode, encode
from hocvuso.kernels.plain_json import Json, PlainError, fail, whole

Message = dict[str, Any]
ASK, SEALED, LISTED = "__check__", "__sealed__", "__listed__"
_TEXT = 10_000  # characters of an error
_MORE = 50  # questions more than the author's, where a loop may ask them
_CALLS = 10_000  # of checks in one run of a test


class Wire(Protocol):
    """The judge's end: a `hocvuso.kernels.wire.Wire`."""

    def send(self, message: Message) -> None:
        """Send a message."""

    def receive(self) -> tuple[Message, list[int]]:
        """Wait for the next message."""


class Sealed:
    """Stands in the learner's process for a value that only the judge has."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return "..."


def install(namespace: dict[str, Any], peer: Wire, refer: Callable[[object], dict[str, Json] | None]) -> None:
    """Define what a rewritten test calls, in the learner's process."""

    def told(value: object) -> Json:
        return encode(value, lambda v: {"t": "sealed", "n": v.number} if type(v) is Sealed else refer(v))

    def check(number: int, *parts: object, native: Callable[[], object] | None = None) -> object:
        sent: list[Json] = []
        for part in parts:
            try:
                sent.append(told(part))
            except PlainError:
                sent.append({"t": "none"})
        message: Message = {"check": number, "parts": sent}
        if native:
            found = native()
            with contextlib.suppress(PlainError):
                message["native"] = encode(found)
        peer.send(message)
        reply, _ = peer.receive()
        if native:
            return found
        if "raised" in reply:
            raise getattr(builtins, reply["raised"])(*reply["args"])
        return decode(reply["value"])

    namespace[ASK], namespace[SEALED], namespace[LISTED] = check, Sealed, _listed


def _listed(value: Any) -> Any:
    """What an iterator gives, for a test that asks if something is in it."""
    return list(value) if hasattr(type(value), "__next__") else value


def remove(namespace: dict[str, Any]) -> None:
    """Take it away again."""
    for name in (ASK, SEALED, LISTED):
        namespace.pop(name, None)


class NotPlainError(Exception):
    """The judge was to use an object that it has no copy of."""


class Opaque:
    """What the judge has of an object that is not plain: equal to nothing else, without order and content."""

    def __call__(self, *_: object, **__: object) -> object:
        """No object of the learner's is called here."""
        raise NotPlainError


class Checks:
    """Answers the checks of one run of a test.

    ``form`` is the test's `hocvuso.grading.sealing.Form`. ``expected``: what the author's solution gave, for each check
    its calls in order, as ``(outcome, marks, shape)``, "" for any outcome; None while that is being found out.
    ``told``, when it is the author's solution that runs: the answers of another run, to be told again.
    """

    def __init__(
        self,
        form: Mapping[str, Any],
        namespace: Mapping[str, Any],
        expected: list[list[Any]] | None,
        told: list[dict[str, str]] | None = None,
    ) -> None:
        self._form = form
        self._questions: list[Mapping[str, Any]] = form["questions"]
        self._expected = expected
        self._told = told
        self._codes = [compile(q["code"], "<check>", "eval") if q["code"] else None for q in self._questions]
        self._names: dict[str, Any] = {**namespace, "self": unittest.TestCase()}
        for statement in form["known"]:
            with contextlib.suppress(Exception):
                exec(statement, self._names)  # noqa: S102  (the author's own text)
        self._seals = [eval(text, self._names) for text in form["seals"]]  # noqa: S307  (the author's own text)
        self._calls = 0
        self._flipped: dict[int, str] = {}
        self._next = [0] * len(self._codes)
        self.asked: list[list[Any]] = [[] for _ in self._codes]
        self.answers: list[dict[str, str]] = [{} for _ in self._codes]
        self.strange: set[int] = set()

    def answer(self, message: Message) -> Message:
        """The reply to one call of ``__check__``; PlainError when it is none."""
        number = whole(message.get("check"))
        if not 0 <= number < len(self._codes) or (code := self._codes[number]) is None:
            fail("no such check")
        parts = message.get("parts")
        marks = self._marks(number, parts if type(parts) is list else fail("no parts"))
        place = self._place(number, marks)
        self._calls += 1
        if self._calls > _CALLS or (place is None and self._told is None):
            helper = self._known(number, 0)[0] == "None"
            return {"raised": "AssertionError", "args": []} if helper else {"value": False}
        value, error = self._evaluate(code, parts)
        if self._expected is None:
            self._compare(number, message, value, error)
        value, error = self._turned(number, place, value, error)
        shape = _shape(value)
        if self._expected is not None and shape and shape != self._known(number, place or 0)[2]:
            value, error = None, ValueError("The truth value of an array is ambiguous.")
        outcome = outcome_of(value, error)
        self.asked[number].append([outcome, marks, shape])
        self.answers[number][str(place)] = outcome
        if error is not None:
            return _raised(error, _texts(error) if self._form["open"] else [])
        try:
            return {"value": encode(value)}
        except PlainError:
            self.strange.add(number)
            return {"value": outcome == "True"}

    def report(self) -> Message:
        """What was asked and answered, for the author's solution; the answers, for a learner's."""
        if self._expected is None:
            return {"asked": self.asked, "strange": sorted(self.strange)}
        return {"answers": self.answers}

    def _marks(self, number: int, parts: list[Json]) -> list[Any]:
        """What must be as it was for the author: tokens, each at its place, and the parts that are the test's own."""
        own = self._questions[number]["own"]
        return [list(_tokens(parts)), [parts[place] for place in own if place < len(parts)]]

    def _place(self, number: int, marks: list[Any]) -> int | None:
        """Which of the author's calls this one is: the next with the same marks, or one after all of them.

        None for what the author's solution would never have asked; and for more questions than the author's where the
        text allows no more: nobody finds a value by guessing.
        """
        if self._expected is None:
            return len(self.asked[number])
        known = self._expected[number]
        for place in range(self._next[number], len(known)):
            if known[place][1] == marks:
                self._next[number] = place + 1
                return place
        more = sum(int(place) >= len(known) for place in self.answers[number])
        allowed = _MORE if self._questions[number]["again"] else not known
        bare = marks == [[], []] and all(theirs == marks for _, theirs, _ in known)
        return len(known) + more if bare and more < allowed and self._next[number] == len(known) else None

    def _known(self, number: int, place: int) -> list[Any]:
        """What the author's solution gave at a call; of more calls than the author's, as at the last one."""
        known = self._expected[number] if self._expected is not None else []
        return known[min(place, len(known) - 1)] if known else ["", [[], []], []]

    def _turned(
        self, number: int, place: int | None, value: Any, error: Exception | None
    ) -> tuple[Any, Exception | None]:
        """The answer that is to be told in the place of the true one."""
        flips, question = self._form["flips"], self._questions[number]
        if number in flips:
            turned = self._flipped.setdefault(number, outcome_of(*_opposite(value, error)))
            return _other(value, error, turned)
        if self._told is None or question["state"]:
            return value, error
        wanted = self._told[number].get(str(place))
        if wanted is None:  # it was not asked: the worst
            known = self._known(number, place or 0)[0]
            same = known in {"", outcome_of(value, error)}
            return _opposite(value, error) if question["always"] and same else (value, error)
        return (value, error) if wanted == outcome_of(value, error) else _other(value, error, wanted)

    def _compare(self, number: int, message: Message, value: Any, error: Exception | None) -> None:
        """Note a check whose value in the process that asks is another one."""
        if isinstance(error, NotPlainError):
            self.strange.add(number)
        if "native" in message:
            there = decode(message["native"])
            same = outcome_of(there, None) == outcome_of(value, error) and _shape(there) == _shape(value)
            if not same:
                self.strange.add(number)

    def _evaluate(self, code: Any, parts: Json) -> tuple[Any, Exception | None]:
        def resolve(record: Mapping[str, Json], plain: object) -> object:
            if record.get("t") == "sealed":
                token = whole(record.get("n"))
                return self._seals[token] if 0 <= token < len(self._seals) else fail("no such token")
            return Opaque() if plain is NO_VALUE else plain

        values = [decode(part, resolve) for part in parts]
        try:
            return eval(code, {**self._names, "__part__": values}), None  # noqa: S307  (the author's own text)
        except Exception as error:  # noqa: BLE001  (a comparison may raise anything: so it would have there)
            return None, error


def outcome_of(value: Any, error: Exception | None) -> str:
    """What counts of a check's value: whether it was true; of a table, which of true and false occur in it."""
    if error is not None:
        return type(error).__name__
    if value is None:
        return "None"
    try:
        if _shape(value):
            flat = value.to_numpy() if hasattr(value, "to_numpy") else value
            return " ".join(sorted({str(bool(item)) for item in flat.ravel().tolist()}))
        return str(bool(value))
    except Exception as unclear:  # noqa: BLE001  (pandas' NA is neither true nor false)
        return type(unclear).__name__


def _shape(value: Any) -> list[int]:
    """The shape of an array or a table; empty for anything else."""
    shape = getattr(value, "shape", ())
    return list(shape) if isinstance(shape, tuple) else []


def _tokens(record: Json, path: tuple[Any, ...] = ()) -> Iterator[list[Any]]:
    """Where in ``record`` tokens stand, and which: a list of keys and numbers each."""
    if isinstance(record, dict):
        if record.get("t") == "sealed":
            yield [*path, record.get("n")]
        for name, item in record.items():
            yield from _tokens(item, (*path, name))
    elif isinstance(record, list):
        for place, item in enumerate(record):
            yield from _tokens(item, (*path, place))


def _opposite(value: Any, error: Exception | None) -> tuple[Any, Exception | None]:
    if error is not None:
        return None, None
    if value is None:
        return None, AssertionError()
    return (~value, None) if _shape(value) else (not value, None)


def _other(value: Any, error: Exception | None, outcome: str) -> tuple[Any, Exception | None]:
    """A value with ``outcome`` in the place of this one."""
    if outcome in {"True", "False"} and not _shape(value):
        return outcome == "True", None
    if outcome == "None":
        return None, None
    kind = vars(builtins).get(outcome)
    if isinstance(kind, type) and issubclass(kind, Exception):
        return None, AssertionError() if issubclass(kind, AssertionError) else kind()
    return _opposite(value, error)


def _texts(error: Exception) -> list[str]:
    try:
        return [str(error)[:_TEXT]]
    except Exception:  # noqa: BLE001  (a number of too many digits)
        return []


def _raised(error: Exception, texts: list[str]) -> Message:
    """An error as the learner's process gets it: the name of a builtin; its text may hold what was expected."""
    name = next((k.__name__ for k in type(error).__mro__ if vars(builtins).get(k.__name__) is k), "Exception")
    return {"raised": name, "args": texts}
