"""Changes in place: what learner code did to its copy of an argument is done to the judge's own object."""

from __future__ import annotations

import collections
import itertools
from typing import Any


def renew(old: Any, new: Any) -> None:
    """Make ``old`` what ``new`` is, in place, where both are of the same changeable kind."""
    if isinstance(old, list | bytearray | collections.deque) and isinstance(
        new, list | bytearray | collections.deque
    ):
        _renew_parts(old, new)
    elif isinstance(old, dict) and isinstance(new, dict):
        kept = {key: _renewed(old[key], value) if key in old else value for key, value in new.items()}
        old.clear()
        old.update(kept)
    elif isinstance(old, set) and isinstance(new, set):
        old.clear()
        old.update(new)
    elif type(old) is type(new) and type(old).__name__ == "ndarray" and old.shape == new.shape:
        old[...] = new
    elif type(old) is type(new) and type(old).__name__ in {"Series", "DataFrame"}:
        old._update_inplace(new)  # noqa: SLF001  (what pandas' own inplace=True does)


def _renew_parts(old: Any, new: Any) -> None:
    parts = [_renewed(a, b) for a, b in zip(old, new, strict=False)]
    parts += list(itertools.islice(new, len(parts), None))
    old.clear()
    old.extend(parts)


def _renewed(old: Any, new: Any) -> Any:
    """``old`` with what ``new`` holds if that can be done in place, else ``new``."""
    if type(old) is type(new) and isinstance(old, list | dict | set):
        renew(old, new)
        return old
    return new
