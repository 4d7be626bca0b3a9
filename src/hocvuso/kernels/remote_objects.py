"""The learner's objects as a test sees them: what can be done with them is asked of the learner's process.

None of the learner's methods decides a comparison: a `RemoteObject` is equal to itself and to nothing else, has no
order and contains nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hocvuso.kernels.probes import PROTOCOLS

if TYPE_CHECKING:
    from hocvuso.kernels.proxies import Remote

Message = dict[str, Any]
FREE = frozenset(
    "str repr format iter next len getitem bool int float complex index round abs".split()  # noqa: SIM905
)
"""What may be asked of any object: each gives plain data, and tells nothing but keys and digits."""


class RemoteObject:
    """An object of the learner's that is not plain. Equal to itself only."""

    __slots__ = ("__weakref__", "_line", "_name", "_number", "_remote")

    def __init__(self, remote: Remote, number: int, name: str, line: list[tuple[int, str]]) -> None:
        for slot, value in (("_remote", remote), ("_number", number), ("_name", name), ("_line", line)):
            object.__setattr__(self, slot, value)

    def __getattr__(self, name: str) -> Any:
        remote: Remote = object.__getattribute__(self, "_remote")
        if name == "__name__":
            return object.__getattribute__(self, "_name")
        if (name.startswith("__") and name != "__doc__") or not remote.allow(f"get:{name}", self):
            raise AttributeError(name)
        return remote.ask({"op": "get", "on": held(self), "name": name})

    def __setattr__(self, name: str, value: object) -> None:
        remote: Remote = object.__getattribute__(self, "_remote")
        if not remote.allow(f"set:{name}", self):
            raise AttributeError(name)
        remote.ask({"op": "set", "on": held(self), "name": name, "value": remote.plain(value)})

    def __delattr__(self, name: str) -> None:
        remote: Remote = object.__getattribute__(self, "_remote")
        if not remote.allow(f"set:{name}", self):
            raise AttributeError(name)
        remote.ask({"op": "del", "on": held(self), "name": name})

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def __str__(self) -> str:
        return _as_text(_remote_of(self).do(self, "str"))

    def __repr__(self) -> str:
        return _as_text(_remote_of(self).do(self, "repr"))

    def __format__(self, spec: str) -> str:
        return _as_text(_remote_of(self).do(self, "format", spec))

    def __dir__(self) -> list[str]:
        return []

    def __instancecheck__(self, instance: object) -> bool:
        return number_of(self) in _classes_of(instance)

    def __subclasscheck__(self, cls: object) -> bool:
        return isinstance(cls, RemoteObject) and number_of(self) in {number for number, _ in _line_of(cls)}


def held(remote: RemoteObject) -> Message:
    """What the learner's process knows an object by."""
    return {"t": "held", "h": number_of(remote)}


def own_name(value: object) -> tuple[str, str] | None:
    """Module and name of a function or class that a loaded module has under that name, and that is not a cell's."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(name, str) or not callable(value):
        name = None
    if name is None and callable(value):  # numpy's functions have no module of theirs
        name = getattr(value, "__name__", None)
        module = module or type(value).__module__
    if not isinstance(module, str) or not isinstance(name, str) or module == "__main__" or "<" in name:
        return None
    found: object = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return (module, name) if found is value else None


def _remote_of(value: RemoteObject) -> Remote:
    return object.__getattribute__(value, "_remote")  # type: ignore[no-any-return]


def number_of(value: RemoteObject) -> int:
    """The number under which the learner's process knows the object."""
    return object.__getattribute__(value, "_number")  # type: ignore[no-any-return]


def _line_of(value: RemoteObject) -> list[tuple[int, str]]:
    return object.__getattribute__(value, "_line")  # type: ignore[no-any-return]


def _classes_of(value: object) -> set[int]:
    """The numbers of the learner's classes that ``value`` is an instance of."""
    if not isinstance(value, RemoteObject):
        value = getattr(value, "__dict__", {}).get("_remote")
    return {number for number, _ in _line_of(value)} if isinstance(value, RemoteObject) else set()


def _as_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _method(what: str) -> Callable[..., Any]:
    """The special method of a proxy for one of the protocols."""

    def method(self: RemoteObject, *arguments: object) -> Any:
        remote = _remote_of(self)
        if what not in FREE and not remote.allow(f"do:{what}", self):
            if what in _ARITHMETIC:
                return NotImplemented
            raise TypeError(f"this object has no {PROTOCOLS[what]}")
        return remote.do(self, what, *arguments)

    return method


def _call(self: RemoteObject, *args: Any, **kwargs: Any) -> Any:
    return _remote_of(self).call(self, args, kwargs)


def _enter(self: RemoteObject) -> Any:
    return _remote_of(self).do(self, "enter")


def _exit(self: RemoteObject, *_: object) -> Any:
    return _remote_of(self).do(self, "exit", None, None, None)


def _iter(self: RemoteObject) -> Any:
    made = _remote_of(self).do(self, "iter")
    return made if isinstance(made, RemoteObject) else iter(made)


_ARITHMETIC = frozenset(
    f"{side}{name}"
    for name in ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"]
    for side in ("", "r", "i")
)
_METHODS: dict[str, Callable[..., Any]] = {what: _method(what) for what in PROTOCOLS} | {
    "call": _call,
    "enter": _enter,
    "exit": _exit,
    "iter": _iter,
}
_TYPES: dict[frozenset[str], type[RemoteObject]] = {}


def proxy_type(able: frozenset[str]) -> type[RemoteObject]:
    """The class of proxies for objects that can do just this."""
    if able not in _TYPES:
        methods: dict[str, Any] = {PROTOCOLS[what]: _METHODS[what] for what in able}
        name = "RemoteCallable" if "call" in able else "RemoteObject"
        _TYPES[able] = type(name, (RemoteObject,), {"__slots__": (), **methods})
    return _TYPES[able]


BASES = (int, float, complex, str, bytes, list, tuple, set, frozenset, dict)
DERIVED: dict[type, type] = {}


def derived_type(base: type) -> type:
    """A subclass of a builtin whose further attributes are the learner's; it compares as the builtin does."""
    if base not in DERIVED:

        def attribute(self: Any, name: str) -> Any:
            remote = self.__dict__.get("_remote")
            if remote is None or name.startswith("__"):
                raise AttributeError(name)
            return getattr(remote, name)

        DERIVED[base] = type(base.__name__, (base,), {"__getattr__": attribute})
    return DERIVED[base]
