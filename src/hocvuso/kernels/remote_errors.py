"""What learner code raised, as exceptions of the judge's own: caught as the author wrote it, decided by nobody else."""

from __future__ import annotations

import asyncio
import bdb
import sys
import types
import unittest
import unittest.case
from typing import Any

Message = dict[str, Any]
QUIET: tuple[type[BaseException], ...] = (
    StopIteration,
    StopAsyncIteration,
    GeneratorExit,
    BrokenPipeError,
    asyncio.CancelledError,
    unittest.SkipTest,
    unittest.case._ShouldStop,  # type: ignore[attr-defined]  # noqa: SLF001  (no public name)
    bdb.BdbQuit,
)
"""What loops, contexts and test runners take for an ordinary end: a test left by one of these would say nothing."""


def of_error(self: BaseException, name: str) -> Any:
    """An attribute of an error of the learner's, from the object that it stands for."""
    remote = self.__dict__.get("_remote")
    if remote is None or name.startswith("__"):
        raise AttributeError(name)
    return getattr(remote, name)


def shown(self: BaseException) -> str:
    """The text that the learner's process gave for an error."""
    text = self.__dict__.get("_shown")
    return text if isinstance(text, str) else BaseException.__str__(self)


def said_aloud(error: BaseException, request: Message) -> BaseException:
    """``error``, or a plain one in its place where a function of the learner's would end a test in silence."""
    if isinstance(error, StopIteration) and request.get("what") == "next":
        return error
    return RuntimeError(f"{type(error).__name__} was raised") if isinstance(error, QUIET) else error


def made(kind: type[BaseException], args: tuple[Any, ...], words: str | None) -> BaseException:
    """An exception with these arguments, whatever its constructor would want."""
    try:
        error = kind(*args)
    except Exception:  # noqa: BLE001  (then without it)
        try:
            error = kind.__new__(kind)
        except TypeError:
            error = Exception()
        error.args = args
    if words is not None:
        error.__dict__["_shown"] = words
    return error


_NO_LIBRARY = {"builtins", "__main__", "hocvuso"}
_own_errors: dict[type, type] = {}


def own_error(record: Message) -> type[BaseException] | None:
    """The judge's own class for an exception that some loaded library has."""
    module, name = record.get("m"), record.get("q")
    if type(module) is not str or type(name) is not str or module.partition(".")[0] in _NO_LIBRARY:
        return None
    found: object = sys.modules.get(module)
    for part in name.split("."):
        found = vars(found).get(part) if isinstance(found, types.ModuleType | type) else None
    if not (isinstance(found, type) and issubclass(found, BaseException)):
        return None
    if found not in _own_errors:
        _own_errors[found] = type(found.__name__, (found,), {"__init__": _no_init, "__str__": shown})
    return _own_errors[found]


def _no_init(self: BaseException, *args: object) -> None:
    self.args = args
