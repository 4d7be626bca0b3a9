"""The learner's side of judging from outside: answers the judge's requests with plain data and references.

This runs in a fork of the learner's process. Learner code can read and change all of it, and can answer in its
place: nothing here protects anything. It only has to be right for honest code; the judge takes whatever comes
back as what the learner's code says (`hocvuso.kernels.proxies`).

Requests, by ``op``:

- ``look`` names → ``names``: those of them that exist, each as plain data or as a reference;
- ``call`` on, args, kwargs; ``get``/``set``/``del`` on, name; ``do`` on, what, args → ``value``;
- ``bind`` names, ``unbind`` names: what a test does to the learner's names;
- ``check`` → ``changed``: what of the machinery was replaced since the process began (`hocvuso.kernels.machinery`);
- ``file`` name, data: puts a file of the course beside the notebook.

What code raised comes back as ``raised``; arguments that it changed in place as ``changed``, names that it bound
anew as ``rebound``. ``failed`` says that a request could not be answered at all.
"""

from __future__ import annotations

import base64
import builtins
import importlib
import itertools
import operator
import sys
import types
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from hocvuso.kernels.machinery import changes
from hocvuso.kernels.plain import decode, encode
from hocvuso.kernels.plain_json import Json, PlainError, TooLarge

Message = dict[str, Any]


class Peer(Protocol):
    """The judge's end, for callbacks: a `hocvuso.kernels.wire.Wire`."""

    def send(self, message: Message) -> None:
        """Send a message."""

    def receive(self) -> tuple[Message, list[int]]:
        """Wait for the next message."""


PROTOCOLS = {
    "iter": "__iter__",
    "next": "__next__",
    "len": "__len__",
    "getitem": "__getitem__",
    "setitem": "__setitem__",
    "delitem": "__delitem__",
    "call": "__call__",
    "bool": "__bool__",
    "int": "__int__",
    "float": "__float__",
    "index": "__index__",
    "complex": "__complex__",
    "round": "__round__",
    "abs": "__abs__",
    "neg": "__neg__",
    "pos": "__pos__",
    "enter": "__enter__",
    "exit": "__exit__",
    **{
        name: f"__{name}__"
        for base in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
        for name in (base, f"r{base}", f"i{base}")
    },
}
"""What an object can do beyond having attributes: the name here, and the method that its type must have."""

_ALWAYS: dict[str, Callable[..., Any]] = {"str": str, "repr": repr, "format": format, "dir": dir}
_SPECIAL: dict[str, Callable[..., Any]] = {
    "bool": bool,
    "len": len,
    "iter": iter,
    "next": next,
    "getitem": operator.getitem,
    "setitem": operator.setitem,
    "delitem": operator.delitem,
    "int": int,
    "float": float,
    "complex": complex,
    "index": operator.index,
    "round": round,
    "abs": abs,
}
_MUTABLE = (list, dict, set, bytearray, deque)
_NAMED = 20_000  # bytes of a looked-up value that is watched for changes
_STRAYED = "the judge's answer has the wrong form"

# code runs as if the cell had called it: warnings are shown or not by the name of the calling module
_as_main: Callable[[Callable[..., Any], Any, Any], Any] = eval(  # noqa: S307  (a constant)
    compile("lambda f, a, k: f(*a, **k)", "<test>", "eval"), {"__name__": "__main__"}
)


class _Held:
    """Objects that the judge knows by number, and what it has been told about names."""

    def __init__(self) -> None:
        self.objects: dict[int, object] = {}
        self.numbers: dict[int, int] = {}
        self.next = itertools.count(1)
        self.looked: dict[str, tuple[object, Json]] = {}

    def hold(self, value: object) -> int:
        """The number of ``value``; the same object always has the same."""
        number = self.numbers.get(id(value))
        if number is None:
            number = next(self.next)
            self.objects[number], self.numbers[id(value)] = value, number
        return number


_held = _Held()


def answer(request: Message, namespace: dict[str, Any], peer: Peer | None = None) -> Message:
    """The reply to one request. Never raises for what learner code does."""
    try:
        return _OPS[request["op"]](request, namespace, peer)
    except PlainError as error:
        return {"failed": str(error)}
    except (KeyError, TypeError, ValueError, IndexError) as error:
        return {"failed": f"{type(error).__name__} in the request"}


def forget() -> None:
    """Let go of all that the judge was told about; for a process that begins anew."""
    global _held  # noqa: PLW0603  (one table per process: the judge's numbers)
    _held = _Held()


def _look(request: Message, namespace: dict[str, Any], peer: Peer | None) -> Message:
    del peer
    found = {}
    _held.looked.clear()
    for name in request["names"]:
        if name in namespace:
            value = namespace[name]
            found[name] = _told(value)
            watched = _is_mutable(value) and len(repr(found[name])) <= _NAMED
            _held.looked[name] = (value, found[name] if watched else None)
    return {"names": found}


def _call(request: Message, namespace: dict[str, Any], peer: Peer | None) -> Message:
    resolve = _resolver(namespace, peer)
    arguments = [decode(part, resolve) for part in request["args"]]
    named = {name: decode(part, resolve) for name, part in request["kwargs"]}
    target = decode(request["on"], resolve)
    given = [
        *zip(arguments, request["args"], strict=True),
        *((named[n], part) for n, part in request["kwargs"]),
    ]
    reply = _attempt(target, arguments, named, [value for value, _ in given])
    changed = []
    for place, (value, before) in enumerate(given):
        if _is_mutable(value):
            now = encode(value, refer)
            if now != before:
                changed.append([place, now])
    if changed:
        reply["changed"] = changed
    return reply | _rebound(namespace)


def _get(request: Message, namespace: dict[str, Any], peer: Peer | None) -> Message:
    return _attempt(getattr, [decode(request["on"], _resolver(namespace, peer)), request["name"]])


def _set(request: Message, namespace: dict[str, Any], peer: Peer | None) -> Message:
    resolve = _resolver(namespace, peer)
    return _attempt(
        setattr, [decode(request["on"], resolve), request["name"], decode(request["value"], resolve)]
    )


def _del(request: Message, namespace: dict[str, Any], peer: Peer | None) -> Message:
    return _attempt(delattr, [decode(request["on"], _resolver(namespace, peer)), request["name"]])


def _do(request: Message, namespace: dict[str, Any], peer: Peer | None) -> Message:
    resolve = _resolver(namespace, peer)
    on, what = decode(request["on"], resolve), request["what"]
    arguments = [decode(part, resolve) for part in request["args"]]
    function = _ALWAYS.get(what) or _SPECIAL.get(what)
    if function is None:
        function = getattr(type(on), PROTOCOLS[what])
    return _attempt(function, [on, *arguments]) | _rebound(namespace)


def _bind(request: Message, namespace: dict[str, Any], peer: Peer | None) -> Message:
    resolve = _resolver(namespace, peer)
    for name, part in request["names"]:
        namespace[name] = decode(part, resolve)
        _held.looked.pop(name, None)
    return {}


def _unbind(request: Message, namespace: dict[str, Any], peer: Peer | None) -> Message:
    del peer
    for name in request["names"]:
        namespace.pop(name, None)
        _held.looked.pop(name, None)
    return {}


def _file(request: Message, namespace: dict[str, Any], peer: Peer | None) -> Message:
    del namespace, peer
    path = PurePosixPath(request["name"])
    if path.is_absolute() or ".." in path.parts:
        return {"failed": "a file outside of the folder"}
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(base64.b64decode(request["data"]))
    return {}


def _check(request: Message, namespace: dict[str, Any], peer: Peer | None) -> Message:
    del request, namespace, peer
    return {"changed": changes()}


_OPS: dict[str, Callable[[Message, dict[str, Any], Peer | None], Message]] = {
    "look": _look,
    "call": _call,
    "get": _get,
    "set": _set,
    "del": _del,
    "do": _do,
    "bind": _bind,
    "unbind": _unbind,
    "file": _file,
    "check": _check,
}


def _attempt(
    function: Callable[..., Any],
    arguments: list[Any],
    named: dict[str, Any] | None = None,
    given: list[Any] = [],  # noqa: B006
) -> Message:
    """Call learner code; its result, or what it raised."""
    try:
        result = _as_main(function, arguments, named or {})
    except BaseException as error:  # noqa: BLE001  (whatever it is, the judge raises it again)
        return {"raised": _raised(error)}
    for place, value in enumerate(given):
        if result is value and _is_mutable(value):
            return {"value": {"t": "arg", "i": place}}
    return {"value": _told(result)}


def _told(value: object) -> Json:
    """A value as the judge gets it: what is too large to be sent whole is looked at piece by piece."""
    try:
        return encode(value, refer)
    except TooLarge:
        if type(value).__module__ != "builtins":
            raise
        return refer(value)


def _is_mutable(value: object) -> bool:
    if isinstance(value, _MUTABLE):
        return True
    kind = type(value)
    return kind.__name__ in {"ndarray", "Series", "DataFrame"} and kind.__module__.startswith(
        ("numpy", "pandas")
    )


def _rebound(namespace: dict[str, Any]) -> Message:
    """The looked-up names that have another value now."""
    rebound = {}
    for name, (before, told) in _held.looked.items():
        value = namespace.get(name, _held)
        if value is _held or (value is before and told is None):
            continue
        now = encode(value, refer)
        if value is not before or now != told:
            rebound[name] = now
            _held.looked[name] = (value, now if _is_mutable(value) else None)
    return {"rebound": rebound} if rebound else {}


def refer(value: object) -> Message:
    """What stands for an object that is not plain: its number, and what kind of thing it is."""
    return {"t": "held", "h": _held.hold(value), **_about(value)}


def _about(value: object) -> Message:
    if isinstance(value, types.ModuleType):
        return {"k": "module", "n": value.__name__, "f": sys.modules.get(value.__name__) is value}
    where: Message = {
        "m": str(getattr(value, "__module__", None)),
        "q": str(getattr(value, "__qualname__", "")),
    }
    where["f"] = where["m"] != "__main__" and _is_found(value, where["m"], where["q"])
    name = str(getattr(value, "__name__", ""))
    if isinstance(value, type):
        return {"k": "class", "n": name, "c": _line(value), "e": _builtin_error(value), **where}
    kind = "function" if isinstance(value, _FUNCTIONS) else "object"
    able = [short for short, method in PROTOCOLS.items() if getattr(type(value), method, None) is not None]
    return {"k": kind, "n": name or type(value).__name__, "p": able, "c": _line(type(value)), **where}


def _is_found(value: object, module: str, name: str) -> bool:
    """Whether ``value`` is what its own module has under its own name: not a copy, nor what only says so."""
    found: object = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is value


_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, type(len))


def _line(kind: type) -> list[list[Any]]:
    """The classes of a type that are not builtin, nearest first: number and name of each."""
    return [[_held.hold(k), k.__name__] for k in kind.__mro__ if getattr(builtins, k.__name__, None) is not k]


def _builtin_error(kind: type) -> str:
    """The nearest builtin exception that a class comes from."""
    bases = (
        b for b in kind.__mro__ if issubclass(b, BaseException) and getattr(builtins, b.__name__, None) is b
    )
    found: type = next(bases, object)
    return found.__name__ if found is not object else ""


def _raised(error: BaseException) -> Message:
    kind = type(error)
    try:
        shown = str(error)[:10_000]
    except Exception:  # noqa: BLE001  (a learner's own __str__)
        shown = ""
    told: Message = {
        "e": _builtin_error(kind),
        "c": _line(kind),
        "m": kind.__module__,
        "q": kind.__qualname__,
        "s": shown,
    }
    try:
        told["args"] = encode(list(error.args), refer, budget=100_000)
    except Exception:  # noqa: BLE001  (a learner's own args)
        told["args"] = [shown]
    if told["c"]:
        told["h"] = _held.hold(error)
    return told


def _resolver(namespace: dict[str, Any], peer: Peer | None) -> Callable[[Message, object], object]:
    def resolve(record: Message, _plain: object) -> object:
        if record["t"] == "held":
            return _held.objects[record["h"]]
        if record["t"] == "name":
            found: object = importlib.import_module(record["m"])
            for part in record["n"].split(".") if record["n"] else ():
                found = getattr(found, part)
            return found
        if record["t"] == "mine" and peer is not None:
            return _callback(record, namespace, peer)
        raise PlainError(_STRAYED)

    return resolve


def _callback(record: Message, namespace: dict[str, Any], peer: Peer) -> object:
    """A function or an iterator of the judge's: each use asks the judge."""

    def ask(what: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        args, kwargs = encode(list(arguments), refer), [[name, encode(v, refer)] for name, v in named.items()]
        peer.send({"back": record["h"], "what": what, "args": args, "kwargs": kwargs})
        while True:
            message, _ = peer.receive()
            if message.get("op") != "return":
                peer.send(answer(message, namespace, peer))
                continue
            if "raised" in message:
                kind = decode(message["raised"]["c"], _resolver(namespace, peer))
                raise kind(*decode(message["raised"]["args"], _resolver(namespace, peer)))
            return decode(message["value"], _resolver(namespace, peer))

    if record["k"] == "iterator":
        return _iterate(ask)

    def function(*args: Any, **kwargs: Any) -> Any:
        return ask("call", args, kwargs)

    function.__name__ = function.__qualname__ = str(record["n"])
    function.__module__ = "__main__"
    return function


def _iterate(ask: Callable[[str, tuple[Any, ...], dict[str, Any]], Any]) -> Iterator[Any]:
    while True:
        more = ask("next", (), {})
        if not more:
            return
        yield more[0]
