"""The judge's side of judging from outside: the learner's objects as a test sees them.

Whatever comes from the learner's process is data that its code has chosen, no more. So nothing here lets it
decide how the judge behaves:

- Values are plain copies (`hocvuso.kernels.plain`), compared by Python's, numpy's and pandas' own code.
- An object that is not plain becomes a `RemoteObject`. It is equal to itself and to nothing else, has no order
  and contains nothing: none of the learner's methods decides a comparison.
- What a test may do with such an object beyond reading plain data out of it (attributes, arithmetic) is what the
  author's own solution needed: where that returned a table, an object of the learner's with a method ``equals``
  has no such method here.
- Modules and libraries' classes that a test uses by a name of the learner's are the judge's own: which ones is
  known from the author's solution.

A process that dies, hangs or breaks the rules ends the test with `LearnerGone`, which a test can't swallow.
"""

from __future__ import annotations

import itertools
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from hocvuso.kernels.in_place import renew
from hocvuso.kernels.plain import NO_VALUE, decode, encode
from hocvuso.kernels.plain_json import Json, PlainError, TooLarge, array, fail, text, whole
from hocvuso.kernels.plain_values import TYPES
from hocvuso.kernels.probes import PROTOCOLS
from hocvuso.kernels.remote_errors import made, of_error, own_error, said_aloud, shown
from hocvuso.kernels.remote_objects import (
    BASES,
    DERIVED,
    RemoteObject,
    derived_type,
    held,
    number_of,
    own_name,
    proxy_type,
)
from hocvuso.kernels.wire import WireError, WireTimeout

if TYPE_CHECKING:
    from hocvuso.kernels.records import Peer

Message = dict[str, Any]


class LearnerGone(BaseException):
    """The learner's process is of no use any more. ``why``: ``died``, ``timed_out`` or ``broken``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Remote:
    """The connection to one fork of the learner's process, and the objects known through it.

    ``allowed``: what a test may do with objects that are not plain, beside `FREE`; None allows everything (for the
    author's own solution) and ``used`` tells what it was. ``deadline`` is the moment up to which an answer counts.
    ``show`` gets what the learner's code showed while it was asked.
    """

    def __init__(self, wire: Peer, *, show: Callable[[Json], None]) -> None:
        self.allowed: frozenset[str] | None = frozenset()
        self.deadline: float | None = None
        self.gone: str | None = None
        self.late = False  # an answer took longer than a cell may
        self.used: set[str] = set()
        self.before_asking: Callable[[], None] = lambda: None
        self.rebind: Callable[[str, object], None] = lambda _name, _value: None
        self.seconds: float | None = None
        self._wire = wire
        self._show = show
        self._objects: dict[int, RemoteObject] = {}
        self._errors: dict[int, type[BaseException]] = {}
        self._foreign: dict[int, bool] = {}
        self._mine: dict[int, Any] = {}
        self._numbers = itertools.count(1)

    def ask(self, request: Message, given: tuple[object, ...] = ()) -> Any:
        """The value that the learner's process answers; raises what its code raised.

        ``given`` are the arguments, in the order of the request: those that were changed are changed here too.
        """
        self.before_asking()
        reply = self.exchange(request)
        for name, record in _named(reply.get("rebound")):
            self.rebind(name, self._value(record))
        for place, record in _pairs(reply.get("changed")):
            if type(place) is int and 0 <= place < len(given):
                renew(given[place], self._value(record))
        if "raised" in reply:
            raise said_aloud(self._error(reply["raised"]), request)
        return self._value(reply.get("value"), given)

    def look(self, names: list[str]) -> dict[str, tuple[Any, Json]]:
        """The learner's values of those of ``names`` that exist, each with what its process says of it."""
        reply = self.exchange({"op": "look", "names": names})
        found = dict(_named(reply.get("names")))
        return {name: (self._value(found[name]), found[name]) for name in names if name in found}

    def plain(self, value: object) -> Json:
        """``value`` as the learner's process gets it; TypeError when it can't be sent."""
        try:
            return encode(value, self._refer)
        except TooLarge:
            raise
        except PlainError as error:
            raise TypeError(f"this can't be handed to the learner's code: {error}") from None

    def exchange(self, request: Message) -> Message:
        """Send a request, serve callbacks, and give the reply; LearnerGone when there is none."""
        if self.gone:
            raise LearnerGone(self.gone)
        try:
            self._wire.send({**request, "seconds": self.seconds}, deadline=self.deadline)
            while True:
                reply, _ = self._wire.receive(self.deadline)
                if "back" not in reply:
                    break
                self._wire.send({"op": "return", **self._called_back(reply)}, deadline=self.deadline)
        except WireTimeout:
            self.lose("timed_out")
        except WireError:
            self.lose("died")
        except BaseException:  # interrupted half way: the next reply would be the answer to this request
            self.gone = self.gone or "timed_out"
            raise
        self._show(reply.get("outputs"))
        self.late = self.late or reply.get("late") is True
        if "failed" in reply:
            self.lose("timed_out" if reply["failed"] == "KeyboardInterrupt" else "broken")
        return reply

    def lose(self, why: str) -> None:
        """Note that the process is of no use any more, and raise LearnerGone."""
        self.gone = self.gone or why
        raise LearnerGone(self.gone)

    def allow(self, what: str, on: RemoteObject) -> bool:
        """Whether a test may do ``what`` with an object that is not plain; notes that it wants to.

        A library's object (a table that has no plain form) may never be used that way, not by the author's
        solution either: the test would then rely on what can be forged.
        """
        self.used.add(what)
        if self.allowed is None:
            return not self._foreign.get(number_of(on), False)
        return what in self.allowed

    def do(self, on: RemoteObject, what: str, *arguments: object) -> Any:
        """One of the protocols' operations."""
        args = [self.plain(a) for a in arguments]
        return self.ask({"op": "do", "what": what, "on": held(on), "args": args})

    def call(self, on: RemoteObject, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a callable of the learner's."""
        request = {
            "op": "call",
            "on": held(on),
            "args": [self.plain(a) for a in args],
            "kwargs": [[name, self.plain(value)] for name, value in kwargs.items()],
        }
        return self.ask(request, (*args, *kwargs.values()))

    def _value(self, record: Json, given: tuple[object, ...] = ()) -> Any:
        """A value of the learner's, from what its process sent."""

        def resolve(part: Message, plain: object) -> object:
            tag = part.get("t")
            if tag == "arg":
                return given[whole(part["i"])]
            if tag == "mine":
                return self._mine[whole(part["h"])]
            if tag != "held":
                fail("unknown")
            return self._object(part) if plain is NO_VALUE else self._derived(part, plain)

        try:
            return decode(record, resolve)
        except PlainError:
            return self.lose("broken")

    def _object(self, record: Message) -> object:
        number = whole(record["h"])
        known = self._objects.get(number)
        if known is None:
            kind, line = record["k"], _line(record)
            if kind == "class" and record.get("e"):
                return self._error_class(line, text(record["e"], 100))
            able = frozenset(PROTOCOLS) & {part for part in array(record.get("p", [])) if type(part) is str}
            if kind == "class":
                able |= {"call"}
            known = proxy_type(able)(self, number, text(record["n"], 500), line)
            self._objects[number] = known
            self._foreign[number] = kind != "function" and record.get("m") != "__main__"
        return known

    def _derived(self, record: Message, plain: object) -> object:
        """A plain value of a learner's subclass of a builtin: the value, with the rest within reach."""
        remote = self._object(record)
        if not isinstance(remote, RemoteObject) or type(plain) not in BASES:
            return plain
        made = derived_type(type(plain))(plain)
        made.__dict__["_remote"] = remote
        return made

    def _refer(self, value: object) -> Message | None:
        remote = getattr(value, "__dict__", {}).get("_remote") if type(value) in DERIVED.values() else value
        if isinstance(remote, RemoteObject):
            return held(remote)
        if isinstance(value, type) and value in self._errors.values():
            number = next(n for n, kind in self._errors.items() if kind is value)
            return {"t": "held", "h": number}
        if isinstance(value, types.ModuleType):
            return {"t": "name", "m": value.__name__, "n": ""}
        name = own_name(value)
        if name:
            return {"t": "name", "m": name[0], "n": name[1]}
        kind = "iterator" if isinstance(value, Iterator) else "call" if callable(value) else None
        if kind is None:
            return None
        number = next(self._numbers)
        self._mine[number] = value
        return {"t": "mine", "h": number, "k": kind, "n": getattr(value, "__name__", type(value).__name__)}

    def _called_back(self, record: Message) -> Message:
        """Run a function of the test's that the learner's code calls, with plain arguments."""
        try:
            mine = self._mine[whole(record["back"])]
            args = self._value(record.get("args"))
            kwargs = {name: self._value(part) for name, part in _pairs(record.get("kwargs"))}
            if record.get("what") == "next":
                return {"value": self.plain(list(itertools.islice(mine, 1)))}
            return {"value": self.plain(mine(*args, **kwargs))}
        except LearnerGone:
            raise
        except Exception as error:  # noqa: BLE001  (goes through the learner's code, as it would in one process)
            kind = type(error) if TYPES.get(type(error).__name__) is type(error) else Exception
            if type(error) in self._errors.values():
                kind = type(error)
            try:
                args = self.plain(list(error.args))
            except (TypeError, TooLarge):
                args = [str(error)]
            return {"raised": {"c": self.plain(kind), "args": args}}

    def _error(self, record: Json) -> BaseException:
        """What the learner's code raised, as a test can catch it."""
        if type(record) is not dict:
            self.lose("broken")
        try:
            line, name = _line(record), text(record.get("e"), 100)
            args = tuple(array(decode(record.get("args"), self._arg)))
            shown = text(record.get("s"), 20_000)
            own = own_error(record)
        except (PlainError, LookupError, TypeError):
            self.lose("broken")
        if own is not None:
            return made(own, args, shown)
        if not line:
            kind = TYPES.get(name, Exception)
            return made(kind if issubclass(kind, BaseException) else Exception, args, None)
        error = made(self._error_class(line, name), args, shown)
        number = record.get("h")
        if type(number) is int:
            error.__dict__["_remote"] = RemoteObject(self, number, line[0][1], line)
        return error

    def _arg(self, part: Message, plain: object) -> object:
        if plain is not NO_VALUE:
            return plain
        return self._object(part) if part.get("t") == "held" else fail("unknown")

    def _error_class(self, line: list[tuple[int, str]], builtin: str) -> type[BaseException]:
        """An exception class of the judge's in the place of the learner's; its bases likewise."""
        number, name = line[0]
        known = self._errors.get(number)
        if known is None:
            base = TYPES.get(builtin, Exception)
            if len(line) > 1:
                base = self._error_class(line[1:], builtin)
            elif not issubclass(base, BaseException):
                base = Exception
            extra = {"__getattr__": of_error, "__str__": shown}
            known = self._errors[number] = type(name.replace("\0", ""), (base,), extra)
        return known


def _line(record: Message) -> list[tuple[int, str]]:
    line = [(whole(pair[0]), text(pair[1], 500)) for pair in map(array, array(record.get("c", []))[:50])]
    return list(dict(line).items())


def _pairs(record: Json) -> list[list[Any]]:
    """Pairs in a list; what is none is left out."""
    parts = record if type(record) is list else []
    return [part for part in parts if type(part) is list and len(part) == 2]  # noqa: PLR2004


def _named(record: Json) -> list[tuple[str, Json]]:
    return list(record.items()) if type(record) is dict else []
