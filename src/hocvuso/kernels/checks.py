"""The comparisons of a test that runs in the learner's process: asked there, answered by the judge.

Such a test is rewritten (`hocvuso.grading.sealing`): where it compared, it calls ``__check__(number, part, …)``.
Its parts go to the judge as plain data (`hocvuso.kernels.plain`); `Checks` puts them in their places, evaluates the
comparison and answers. So neither expected values nor what is done with them are ever in the learner's process.

Learner code there can call ``__check__`` itself, with any parts: each call counts. A check that was once answered
otherwise than for the author's solution is answered no more often than for the author.
"""

from __future__ import annotations

import builtins
import contextlib
import unittest
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from hocvuso.kernels.plain import NO_VALUE, Json, PlainError, decode, encode, fail, whole

Message = dict[str, Any]
ASK, SEALED = "__check__", "__sealed__"
_ALL = -1
_TEXT = 10_000  # characters of an error
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

    namespace[ASK], namespace[SEALED] = check, Sealed


def remove(namespace: dict[str, Any]) -> None:
    """Take it away again."""
    for name in (ASK, SEALED):
        namespace.pop(name, None)


class Opaque:
    """What the judge has of an object that is not plain: equal to nothing else, without order and content."""


class Checks:
    """Answers the checks of one run of a test.

    ``form`` is the test's `hocvuso.grading.sealing.Form`, ``expected`` what the author's solution gave: of each check
    the outcomes, and the tokens among its parts, in order. None while that is being found out.
    """

    def __init__(
        self, form: Mapping[str, Any], namespace: Mapping[str, Any], expected: list[list[Any]] | None
    ) -> None:
        self._form = form
        self._expected = expected
        self._codes = [compile(text, "<check>", "eval") if text else None for text in form["checks"]]
        self._names: dict[str, Any] = {**namespace, "self": unittest.TestCase()}
        for statement in form["known"]:
            with contextlib.suppress(Exception):
                exec(statement, self._names)  # noqa: S102  (the author's own text)
        self._seals = [eval(text) for text in form["seals"]]  # noqa: S307  (the author's own constants)
        self._calls = 0
        self.asked: list[list[Any]] = [[] for _ in self._codes]
        self.wrong = [0] * len(self._codes)
        self.strange: set[int] = set()

    def answer(self, message: Message) -> Message:
        """The reply to one call of ``__check__``; PlainError when it is none."""
        number = whole(message.get("check"))
        if not 0 <= number < len(self._codes) or (code := self._codes[number]) is None:
            fail("no such check")
        self._calls += 1
        if self._calls > _CALLS or self._is_spent(number):
            return {"raised": "AssertionError", "args": []}
        tokens: list[int] = []
        value, error = self._evaluate(code, message.get("parts"), tokens)
        if self._expected is not None and tokens != self._known(number)[1]:
            value, error = False, None  # another row's value, or one in the place of an answer
        if "native" in message and outcome_of(decode(message["native"]), None) != outcome_of(value, error):
            self.strange.add(number)
        if _ALL in self._form["flips"] or (number in self._form["flips"] and not self.asked[number]):
            value, error = _opposite(value, error)
        self._note(number, [outcome_of(value, error), tokens])
        if error is not None:
            return _raised(error, [str(error)[:_TEXT]] if self._form["open"] else [])
        try:
            return {"value": encode(value)}
        except PlainError:
            self.strange.add(number)
            return {"value": bool(value)}

    def report(self) -> Message:
        """How often each check was answered otherwise than for the author; one that was not asked counts in full."""
        if self._expected is None:
            return {"asked": self.asked, "strange": sorted(self.strange)}
        wrong = [
            len(expected) if expected and not asked else wrong
            for expected, asked, wrong in zip(self._expected, self.asked, self.wrong, strict=True)
        ]
        return {"wrong": wrong}

    def _is_spent(self, number: int) -> bool:
        if self._expected is None:
            return False
        return self.wrong[number] > 0 and len(self.asked[number]) >= len(self._expected[number])

    def _note(self, number: int, found: list[Any]) -> None:
        if self._expected is not None:
            self.wrong[number] += found[0] not in {self._known(number)[0], ""}
        self.asked[number].append(found)

    def _known(self, number: int) -> list[Any]:
        """What the author's solution gave at the next call of a check: the outcome, "" for any, and the tokens."""
        assert self._expected is not None  # noqa: S101
        known, place = self._expected[number], len(self.asked[number])
        return known[place] if place < len(known) else [known[-1][0] if known else "", []]

    def _evaluate(self, code: Any, parts: Json, tokens: list[int]) -> tuple[Any, Exception | None]:
        def resolve(record: Mapping[str, Json], plain: object) -> object:
            if record.get("t") == "sealed":
                token = whole(record.get("n"))
                if not 0 <= token < len(self._seals):
                    fail("no such token")
                tokens.append(token)
                return self._seals[token]
            return Opaque() if plain is NO_VALUE else plain

        values = [decode(part, resolve) for part in (parts if type(parts) is list else fail("no parts"))]
        try:
            return eval(code, {**self._names, "__part__": values}), None  # noqa: S307  (the author's own text)
        except Exception as error:  # noqa: BLE001  (a comparison may raise anything: so it would have there)
            return None, error


def outcome_of(value: object, error: Exception | None) -> str:
    """What counts of a check's value: whether it was true; of a table, which of true and false occur in it."""
    if error is not None:
        return type(error).__name__
    flat: Any = getattr(value, "to_numpy", lambda: value)()
    if hasattr(flat, "ravel") and flat.shape:
        return " ".join(sorted({str(bool(item)) for item in flat.ravel().tolist()}))
    return "None" if value is None else str(bool(value))


def _opposite(value: Any, error: Exception | None) -> tuple[Any, Exception | None]:
    if error is not None:
        return None, None
    if value is None:
        return None, AssertionError()
    if hasattr(value, "shape") and value.shape:
        return ~value, None
    return not value, None


def _raised(error: Exception, texts: list[str]) -> Message:
    """An error as the learner's process gets it: the name of a builtin; its text may hold what was expected."""
    name = next((k.__name__ for k in type(error).__mro__ if vars(builtins).get(k.__name__) is k), "Exception")
    return {"raised": name, "args": texts}
