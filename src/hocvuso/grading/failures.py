"""Errors that are not a submission's own: whom they meet, whether they pass, and how a log tells them."""

from __future__ import annotations

import sqlite3

from hocvuso.database import is_away, said_by
from hocvuso.errors import HocVuSoError

_OF_ALL = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
           sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}  # fmt: skip
_PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_STAYING = ("25006", "53100")  # PostgreSQL: may not be written, has no room


def meets_all(error: Exception) -> bool:
    """Whether every submission would meet with ``error``, whatever is in it."""
    code = _sqlite_code(error)
    return is_away(error) if code is None else code in _OF_ALL


def comes_back(error: Exception) -> bool:
    """Whether a while later it may be over."""
    code = _sqlite_code(error)
    if code is not None:
        return code in _PASSING
    return is_away(error) and getattr(getattr(error, "orig", None), "sqlstate", None) not in _STAYING


def _sqlite_code(error: Exception) -> int | None:
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # without the part that says more than we need


def cause_of(error: Exception) -> str:
    """What went wrong, for the log: the kind of error and what the machine says of it, never a name or a path."""
    found: BaseException | None = error
    said = (
        error.message if isinstance(error, HocVuSoError) and error.__cause__ is None else None
    )  # no field filled in
    while found is not None and said is None:
        said = found.strerror if isinstance(found, OSError) else said_by(found)
        found = found.__cause__
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
