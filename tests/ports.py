"""Ports for what a test serves: free, and such that no outgoing connection can take them before they are used."""

from __future__ import annotations

from pathlib import Path
from random import SystemRandom

from hocvuso.hub.settings import is_free

_HOST = "127.0.0.1"
_IN_A_ROW = 4  # a hub takes the three after its own for itself, its proxy and the site
_OUTGOING = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii").split()[0])
_BLOCKS = range(max(1024, _OUTGOING - 12_000), _OUTGOING - _IN_A_ROW, _IN_A_ROW)
_FIRST = iter(SystemRandom().sample(_BLOCKS, len(_BLOCKS)))  # another run of these tests may be looking too


def free_port() -> int:
    """A port on which nobody listens, nor on the three after it; another one at each call."""
    return next(first for first in _FIRST if all(is_free(_HOST, first + more) for more in range(_IN_A_ROW)))
